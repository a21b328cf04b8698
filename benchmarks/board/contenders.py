"""What is opened side by side: which cells open it, and how one sees that it has drawn."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from .corpora import AnyCorpus

#: With more, the list of runs is scrolled too.
MANY_RUNS = 200
OURS, TENSORBOARD, TUFF_BIRD = "tbwidget", "TensorBoard", "tuff-bird"


class Contender(NamedTuple):
    """One of them.

    Attributes
    ----------
    cells
        The last one is timed.
    framed
        Whether it shows itself in an iframe.
    first, all
        JavaScript functions: whether a chart has data, and whether all of the first screen have.
    chart
        JavaScript function: the box of the first chart, in CSS pixels of its frame.
    zoom_key
        What is held while the wheel zooms.
    runs
        JavaScript function: the box of the list of runs; empty if it is not scrolled.
    complete
        JavaScript function: whether the first screen shows all runs to their last steps; empty if
        the page does not tell.
    whole
        A cell that has the charts show all steps, and a JavaScript function: whether the first one
        does; empty if they always do or never can.
    steps
        JavaScript function: moves the slider of the first card so many times, each time until the
        image of that step is seen; returns how many that were in a second.
    """

    cells: list[str]
    framed: bool
    first: str
    all: str
    chart: str
    zoom_key: str
    runs: str = ""
    complete: str = ""
    whole: tuple[str, str] | None = None
    steps: str = ""


def contender(name: str, corpus: AnyCorpus, path: Path, cache: Path) -> Contender:
    """Return how `name` is asked to show a corpus."""
    if name == OURS:
        return _ours(corpus, path, cache)
    if name == TENSORBOARD:
        return _tensorboard(corpus, path)
    return _tuff_bird(corpus, path)


def missing(name: str, extra: Path | None) -> str:
    """Return what to do for a contender that is not installed; empty if it is."""
    module = {TENSORBOARD: "tensorboard", TUFF_BIRD: "tuffbird"}.get(name, "tbwidget")
    if importlib.util.find_spec(module) or (extra and (extra / module).exists()):
        return ""
    package = {"tuffbird": "tuff-bird[notebook]"}.get(module, module)
    return f"{name} is left out: `pip install '{package}'` brings it"


#: Our cards that stand in the first screen.
_CARDS = """
  const root = window.board ??= deepAll('.tbw')[0];
  const edge = root?.querySelector('.cards')?.getBoundingClientRect();
  const cards = !edge ? [] : [...root.querySelectorAll('.card')].filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > edge.top && top < edge.bottom;
  });
"""


#: Whether what the probe of a card tells has all runs, to their last steps.
_COMPLETE = {
    "scalars": "probe.series === {runs} && probe.xDomain[1] >= {last}",
    "histograms": """probe.plots.length === {runs}
      && probe.plots.every(({{ sources }}) => sources?.[0]?.steps.at(-1) >= {last})""",
    "images": """probe.drawn.length === {runs}
      && probe.drawn.every(({{ loaded, step }}) => loaded && step >= {last})""",
}
#: The first chart shows the histograms of all steps.
_WHOLE = """() => deepAll('.card')[0].tbwidgetProbe().plots[0].sources[0].slices === {points}
  && !deepAll('.status')[0].innerText.includes('reading')"""


_STEPS = """async (count) => {
  const [card] = deepAll('.card');
  const slider = card.querySelector('input[type=range]');
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    const step = i % (Number(slider.max) + 1);
    slider.value = step;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await benchmark.until(() => {
      const [shown] = card.tbwidgetProbe().drawn;
      return shown?.loaded && shown.step === step;
    });
  }
  return count / ((performance.now() - began) / 1000);
}"""


def _ours(corpus: AnyCorpus, path: Path, cache: Path) -> Contender:
    last = int(min(corpus.steps(run)[-1] for run in range(corpus.runs)))
    complete = f"""cards.every((card) => {{
      if (card.dataset.drawn !== '1' || card.dataset.series !== '{corpus.runs}') return false;
      const probe = card.tbwidgetProbe();
      return {_COMPLETE[corpus.kind].format(runs=corpus.runs, last=last)};
    }})"""
    magic = f"%tensorboard --logdir {path} --height 800"
    whole = None
    if corpus.kind == "histograms":
        # TensorBoard's first tab shows histograms too.
        magic = f"board = {magic}\nboard.tab = 'histograms'\nboard"
        cell = f"board.histograms.max_slices = {corpus.points}"
        whole = cell, _WHOLE.format(points=corpus.points)
    if corpus.kind == "images":
        magic = f"board = {magic}\nboard.tab = 'images'\nboard"
    return Contender(
        [
            f"import os; os.environ['TBWIDGET_CACHE_DIR'] = {str(cache)!r}\n%load_ext tbwidget",
            magic,
        ],
        framed=False,
        first=f"() => {{ {_CARDS} return cards.some((card) => card.dataset.drawn === '1'); }}",
        all=f"""() => {{ {_CARDS} return cards.length
          && cards.every((card) => card.dataset.drawn === '1') && cards.length; }}""",
        complete=f"() => {{ {_CARDS} return {complete}; }}",
        chart="""() => { const box = board.querySelector('.card .chart').getBoundingClientRect();
          return [box.left, box.top, box.width, box.height]; }""",
        zoom_key="Control",
        runs="""() => { const box = board.querySelector('ul')?.getBoundingClientRect();
          return [box.left, box.top, box.width, box.height]; }"""
        if corpus.runs > MANY_RUNS
        else "",
        whole=whole,
        steps=_STEPS if corpus.kind == "images" else "",
    )


#: Its cards, what is in those that have data, and their charts.
_THEIRS = {
    "scalars": ("scalar-card", "scalar-card-data-table tb-data-table-content-row", "line-chart"),
    "histograms": ("histogram-card", "tb-histogram .histogram", "tb-histogram .histograms"),
    "images": ("image-card", "img", "img"),
}


def _tensorboard(corpus: AnyCorpus, path: Path) -> Contender:
    name, data, chart = _THEIRS[corpus.kind]
    filled = f"[...card.querySelectorAll('{data}')].some((one) => one.naturalWidth !== 0)"
    stuck = "document.body?.innerText.includes('No dashboards are active')"
    visible = f"""[...document.querySelectorAll('{name}')].filter((card) => {{
      const {{ top, bottom }} = card.getBoundingClientRect();
      return bottom > 0 && top < innerHeight; }})"""
    return Contender(
        ["%load_ext tensorboard", f"%tensorboard --logdir {path}"],
        framed=True,
        first=f"() => {visible}.some((card) => {filled}) || ({stuck} && 'stuck')",
        all=f"""() => {{ const cards = {visible};
          return cards.length && cards.every((card) => {filled}) && cards.length; }}""",
        chart=f"""() => {{ const box = document.querySelector('{name} {chart}')
          .getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; }}""",
        zoom_key="Alt",
    )


def _tuff_bird(corpus: AnyCorpus, path: Path) -> Contender:
    # Icons have short paths.
    drawn = """() => deepAll('svg path', document.querySelector('.jp-Notebook'))
      .filter((path) => (path.getAttribute('d') ?? '').length > 400).length > 0"""
    return Contender(
        ["import tuffbird", f"tuffbird.load({str(path)!r}).show({corpus.tag_names()[0]!r})"],
        framed=False,
        first=drawn,
        all=drawn,
        chart="""() => { const box = deepAll('svg', document.querySelector('.jp-Notebook'))
          .sort((a, b) => b.clientWidth - a.clientWidth)[0].getBoundingClientRect();
          return [box.left, box.top, box.width, box.height]; }""",
        zoom_key="Control",
    )


def python_path(extra: Path | None) -> None:
    """Let the kernels find this checkout, and peers that are installed elsewhere.

    It is compiled, as what pip installs is: a kernel need not do that.
    """
    import compileall
    from pathlib import Path as _Path

    here = str(_Path(__file__).parents[2])
    compileall.compile_dir(f"{here}/tbwidget", quiet=1)
    known = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, known, str(extra or ""))))
