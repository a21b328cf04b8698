"""Pictures without a browser."""

from __future__ import annotations

import io
import math
import re
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from tbwidget.drawing import domain, ticks
from tbwidget.drawing.chart import Line, Panel, Scale, draw_panel
from tbwidget.drawing.figure import draw
from tbwidget.drawing.palette import DARK, LIGHT, color_of
from tbwidget.drawing.png import to_png
from tbwidget.drawing.shapes import Clip, Dot, Polygon, Polyline, Shape
from tbwidget.drawing.svg import to_svg
from tbwidget.drawing.text import format_ticks

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (our own)


def labels(found: list[ticks.Tick]) -> list[str]:
    return [tick.label for tick in found]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ticks.linear_ticks(0, 1000, 4), ["0", "250", "500", "750", "1k"]),
        (ticks.linear_ticks(-0.3, 0.31, 5), ["-0.2", "0", "0.2"]),
        (ticks.linear_ticks(0, 5, 10, whole=True), ["0", "1", "2", "3", "4", "5"]),
        (ticks.linear_ticks(1e-9, 3e-9, 2), ["1e-9", "2e-9", "3e-9"]),
        (ticks.linear_ticks(1.0, 1.0, 5), []),
        (ticks.linear_ticks(6400, 6410, 2), ["6,400", "6,405", "6,410"]),
        (ticks.log_ticks(1e-4, 10, 6), ["0.0001", "0.001", "0.01", "0.1", "1", "10"]),
        (ticks.log_ticks(1, 8, 5), ["1", "2", "5"]),
        (ticks.log_ticks(0, 8, 5), []),
        (ticks.symlog_ticks(-100, 10, 6), ["-100", "-10", "-1", "0", "1", "2", "5", "10"]),
        (ticks.duration_ticks(0, 5400, 4), ["0", "30 min", "60 min", "90 min"]),
        (ticks.duration_ticks(0, 3, 3), ["0", "1 s", "2 s", "3 s"]),
        (ticks.duration_ticks(0, 30 * 86_400, 3), ["0", "10 d", "20 d", "30 d"]),
    ],
)
def test_ticks(found: list[ticks.Tick], expected: list[str]) -> None:
    assert labels(found) == expected


def test_no_two_labels_of_an_axis_read_the_same() -> None:
    rng = np.random.default_rng(0)
    for _ in range(2000):
        low = float(rng.normal() * 10.0 ** rng.integers(-8, 8))
        high = low + float(10.0 ** rng.uniform(-6, 8))
        for count in (2, 5, 9):
            found = ticks.linear_ticks(low, high, count)
            texts = labels(found)
            assert len(set(texts)) == len(texts), (low, high, texts)
            room = 1e-5 * (high - low)
            assert all(low - room <= tick.value <= high + room for tick in found)


def test_times_are_named_where_clocks_and_calendars_are_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")  # a quarter past the hours of others
    import time

    time.tzset()
    try:
        day = 1_700_000_000.0 // 86_400 * 86_400
        assert labels(ticks.time_ticks(day, day + 7200, 4)) == ["06:00", "06:30", "07:00", "07:30"]
        assert labels(ticks.time_ticks(day, day + 4 * 86_400, 4)) == [
            "Nov 15",
            "Nov 16",
            "Nov 17",
            "Nov 18",
        ]
        year = ticks.time_ticks(day, day + 400 * 86_400, 5)
        assert labels(year) == ["Jan 2024", "Apr 2024", "Jul 2024", "Oct 2024"]
        assert labels(ticks.time_ticks(day, day + 40, 4)) == [
            f"05:45:{second:02}" for second in (0, 10, 20, 30, 40)
        ]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert ticks.time_ticks(-1e20, 1e20, 5) == []


def test_many_digits_are_not_written_behind_a_unit() -> None:
    assert format_ticks([6405.0], 5.0) == ["6,405"]
    assert format_ticks([0.0, -0.0], 1.0) == ["0", "0"]


def test_run_colours_are_those_of_the_page() -> None:
    assert [color_of(number) for number in (0, 9, 10, 20, 30)] == [
        "#5f7ceb",
        "#fe77a6",
        "#97aaf2",
        "#3e5199",
        "#5f7ceb",
    ]


# -- charts ----------------------------------------------------------------------------------------


def line(values: list[float], **more: object) -> Line:
    y = np.array(values, np.float64)
    return Line("run", "#112233", np.arange(len(y), dtype=float), y, **more)  # type: ignore[arg-type]


def y_range(panel: Panel) -> tuple[float, float]:
    return domain.y_domain(panel)[0]


def inside(panel: Panel) -> list[Shape]:
    (clip,) = [
        shape for shape in draw_panel(panel, 0, 0, 400, 240, LIGHT) if isinstance(shape, Clip)
    ]
    return clip.shapes


def test_a_curve_breaks_where_it_is_not_finite_and_a_lone_point_is_a_dot() -> None:
    shapes = inside(Panel("t", [line([0, 1, math.nan, 3, math.inf, 5, 6])]))
    assert [type(shape) for shape in shapes] == [Polyline, Dot, Polyline]


def test_a_curve_fills_its_chart() -> None:
    (curve,) = inside(Panel("t", [line([0, 1, 2])]))
    assert isinstance(curve, Polyline)
    x, y = curve.places.T
    assert x[-1] == 390.0
    assert np.all(np.diff(x) > 0)
    assert np.all(np.diff(y) < 0)  # up is less
    assert (y.min() - 22) / (220 - 22) == pytest.approx(0.05 / 1.1)


def test_no_spike_is_lost() -> None:
    values = [0.0] * 100_000
    values[31_337] = 1.0
    (curve,) = inside(Panel("t", [line(values)]))
    assert isinstance(curve, Polyline)
    assert len(curve.places) < 2000
    assert curve.places[:, 1].min() < 40


def test_scales() -> None:
    log = Scale("log", (1.0, 100.0), (0.0, 100.0))
    np.testing.assert_allclose(log.place(np.array([1.0, 10.0, 100.0])), [0, 50, 100])
    assert np.isnan(log.place(np.array([0.0, -1.0]))).all()
    symlog = Scale("symlog", (-10.0, 10.0), (0.0, 100.0))
    assert symlog.place(np.array([-10.0, 0.0, 10.0])).tolist() == [0, 50, 100]


def test_ranges_that_are_set_and_outliers() -> None:
    values = [0.0] + [1.0, 2.0] * 50 + [1e6]
    assert y_range(Panel("t", [line(values)]))[1] > 1e6
    low, high = y_range(Panel("t", [line(values)], ignore_outliers=True))
    assert (low, high) == pytest.approx((0.95, 2.05))
    assert y_range(Panel("t", [line(values)], y_range=(-1.0, 5.0))) == (-1.0, 5.0)
    wide = Panel("t", [line(values)], x_range=(10.0, 20.0))
    (curve,) = inside(wide)
    assert isinstance(curve, Polyline)
    assert len(curve.places) == 13  # with a neighbour on either side
    log = Panel("t", [line([-1.0, 1.0])], y_scale="log", y_range=(-5.0, 3.0))
    assert y_range(log)[0] > 0


@pytest.mark.parametrize("values", [[], [math.nan], [5.0], [1e308, -1e308], [3.0, 3.0], [-1.0]])
@pytest.mark.parametrize("scale", ["linear", "log", "symlog"])
@pytest.mark.parametrize("kind", ["step", "wall", "relative", "order", "tag:epoch"])
def test_odd_values_are_drawn_without_complaint(values: list[float], scale: str, kind: str) -> None:
    panel = Panel("t", [line(values)], kind, "log" if kind == "step" else "linear", scale)
    parsed(to_svg(draw([panel])))


def test_a_band_is_one_area_even_on_a_log_axis() -> None:
    y = np.array([1.0, 2.0, 3.0])
    band = line(y.tolist(), low=y - 2, high=y + 1)
    for scale in ("linear", "log"):
        area = inside(Panel("t", [band], y_scale=scale))[0]
        assert isinstance(area, Polygon)
        assert len(area.places) == 6


# -- pictures --------------------------------------------------------------------------------------


def picture(names: int = 3, title: str = "a <b> & \x00") -> str:
    lines = [
        Line(f"run <{number}>", color_of(number), np.arange(9.0), np.arange(9.0) * number)
        for number in range(names)
    ]
    return to_svg(draw([Panel("train/<loss> & 'x'\x07", lines)], title=title))


def test_svg_is_well_formed_whatever_names_say() -> None:
    root = parsed(picture())
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "train/<loss> & 'x'\ufffd" in texts
    assert [text for text in texts if text.startswith("run")] == [f"run <{n}>" for n in range(3)]
    assert root.find(f"{SVG}title").text == "a <b> & \ufffd"  # type: ignore[union-attr]
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "rect", "path", "g", "clipPath", "text", "tspan", "circle"}
    assert "href" not in picture()


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    root = parsed(picture(70))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x", -1)) <= width
        assert 0 <= float(element.get("y", -1)) <= height
    assert any("and 10 more" in "".join(e.itertext()) for e in root.iter(f"{SVG}text"))
    for path in root.iter(f"{SVG}path"):
        places = np.array(re.findall(r"[-\d.]+ [-\d.]+", path.get("d", "")))
        x, y = np.array([place.split() for place in places], float).T
        assert x.min() >= 0
        assert x.max() <= width
        assert y.max() <= height


def test_an_empty_picture_says_so() -> None:
    assert "No data" in to_svg(draw([]))


def test_png_shows_what_svg_says() -> None:
    red = Line("red", "#ff0000", np.arange(2.0), np.array([0.0, 1.0]), dash=(6.0, 3.0))
    band = Line(
        "green", "#00ff00", np.arange(2.0), np.zeros(2), low=np.full(2, -1.0), high=np.ones(2)
    )
    data = to_png(draw([Panel("a/b", [band, red])], theme=DARK), scale=1.0)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode) == ("PNG", "RGB")
    pixels = np.asarray(image).astype(int)
    assert pixels[2, 2].tolist() == [0x11, 0x14, 0x18]
    strong_red = (pixels[..., 0] > 180) & (pixels[..., 1] < 90)
    assert 100 < strong_red.sum() < 2000
    faint_green = (pixels[..., 1] > pixels[..., 0] + 15) & (pixels[..., 1] < 100)
    assert faint_green.sum() > 20_000


def test_png_without_pillow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        to_png(draw([]))


def test_a_picture_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="show fewer tags"):
        to_png(draw([Panel("t", [])] * 100, columns=1))


def test_a_symmetric_logarithm_shows_small_values_too() -> None:
    panel = Panel("t", [line([-1e-3, 2e-3, 0.0, 100.0])], y_scale="symlog")
    found, threshold = domain.y_domain(panel)
    assert threshold == 1e-3  # five decades below the largest
    assert found == (-1.5e-3, 150.0)
    assert domain.y_domain(Panel("t", [line([-5.0, 30.0])], y_scale="symlog"))[1] == 1.0
    symlog = Scale("symlog", (-1.0, 1.0), (0.0, 100.0), 0.01)
    low, zero, high = symlog.place(np.array([-0.1, 0.0, 0.1])).tolist()
    assert zero == 50.0
    assert low == pytest.approx(100 - high)
    assert high > 70
