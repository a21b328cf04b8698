"""The few round values that an axis names."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from .text import format_duration_ticks, format_ticks

_MOST = 200
_CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAY = 86_400
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12)
#: Calendar steps lie far apart: a few ticks too many are better than half of what has room.
_CLOSE_ENOUGH = 0.85


class Tick(NamedTuple):
    """A value and its label."""

    value: float
    label: str


def linear_ticks(low: float, high: float, count: int, *, whole: bool = False) -> list[Tick]:
    """Return about `count` round values; `whole` keeps them integers.

    Examples
    --------
    >>> [tick.label for tick in linear_ticks(0, 1000, 4)]
    ['0', '250', '500', '750', '1k']
    """
    values, step = _round_values(low, high, count, whole=whole)
    return _labelled(values, format_ticks(values, step))


def log_ticks(low: float, high: float, count: int) -> list[Tick]:
    """Return decades, joined by 2 and 5 when they are few, thinned when they are many."""
    if not (0 < low < high < math.inf):
        return []
    decades = math.log10(high) - math.log10(low)
    stride = max(1, math.ceil(decades / max(1, count)))
    multiples = (1, 2, 5) if decades * 3 <= count else (1,)
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high) + 1e-9) + 1)
    values = [
        value
        for power in powers
        if power % stride == 0
        for value in (_scaled(multiple, power) for multiple in multiples)
        if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)
    ]
    if len(values) < 2:  # noqa: PLR2004  (less than a decade: a linear axis's serve better)
        return [tick for tick in linear_ticks(low, high, count) if tick.value > 0]
    return _labelled(values, [format_ticks([value], value)[0] for value in values])


def symlog_ticks(low: float, high: float, count: int, threshold: float = 1.0) -> list[Tick]:
    """Return zero and the decades on both sides that fit."""
    half = max(1, count // 2)
    above = log_ticks(threshold, high, half) if high > threshold else []
    below = log_ticks(threshold, -low, half) if low < -threshold else []
    ticks = [Tick(-tick.value, f"-{tick.label}") for tick in reversed(below)]
    if low <= 0 <= high:
        ticks.append(Tick(0.0, "0"))
    ticks = [tick for tick in (*ticks, *above) if low <= tick.value <= high]
    return ticks if len(ticks) > 1 else linear_ticks(low, high, count)


def duration_ticks(low: float, high: float, count: int) -> list[Tick]:
    """Return round seconds, minutes, hours or days."""
    raw = _CLOSE_ENOUGH * (high - low) / max(1, count)
    if not (0 < raw < math.inf):
        return []
    step = next((float(one) for one in (*_CLOCK, _DAY) if one >= raw), None)
    if raw <= 1 or step is None:
        unit = 1.0 if raw <= 1 else float(_DAY)
        values, step = _round_values(low / unit, high / unit, count, whole=False)
        values, step = [value * unit for value in values], step * unit
    else:
        values = _multiples(low, high, step)
    return _labelled(values, format_duration_ticks(values, step))


def time_ticks(low: float, high: float, count: int) -> list[Tick]:
    """Return times at which local clocks and calendars are round, from seconds since the epoch."""
    raw = _CLOSE_ENOUGH * (high - low) / max(1, count)
    if not (0 < raw < math.inf) or not all(0 <= end < 8e9 for end in (low, high)):  # noqa: PLR2004
        return []
    clock = next((step for step in _CLOCK if step >= raw), None)
    if clock is not None:
        begin = datetime.fromtimestamp(low).astimezone()
        shift = (begin.utcoffset() or timedelta()).total_seconds()
        values = [value - shift for value in _multiples(low + shift, high + shift, float(clock))]
        return [Tick(value, _clock_label(value, seconds=clock < 60)) for value in values]  # noqa: PLR2004
    return _calendar_ticks(low, high, raw)


def _calendar_ticks(low: float, high: float, raw: float) -> list[Tick]:
    start = datetime.fromtimestamp(low).astimezone().replace(tzinfo=None)
    days = next((step for step in _DAYS if step * _DAY >= raw), None)
    ticks: list[Tick] = []
    if days is not None:
        first = start.toordinal() // days * days
        moments = (datetime.fromordinal(first + days * i) for i in range(_MOST))
        form = "%b %-d"
    else:
        step = next((one for one in _MONTHS if one * 30 * _DAY >= raw), None)
        step = step or 12 * max(1, math.ceil(raw / (365 * _DAY)))
        first = (start.year * 12 + start.month - 1) // step * step
        months = (first + step * i for i in range(_MOST))
        moments = (datetime(month // 12, month % 12 + 1, 1) for month in months)  # noqa: DTZ001
        form = "%Y" if step >= 12 else "%b %Y"  # noqa: PLR2004
    for moment in moments:
        value = moment.timestamp()
        if value > high:
            break
        if value >= low:
            label = f"{moment:%b} {moment.day}" if form == "%b %-d" else f"{moment:{form}}"
            ticks.append(Tick(value, label))
    return ticks


def _clock_label(value: float, *, seconds: bool) -> str:
    moment = datetime.fromtimestamp(round(value)).astimezone()
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%b} {moment.day}"
    return f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"


def _round_values(low: float, high: float, count: int, *, whole: bool) -> tuple[list[float], float]:
    span = high - low
    if not (0 < span < math.inf):
        return [], 1.0
    mantissa, exponent = _nice_step(span / max(1, count), whole=whole)
    step = _scaled(mantissa, exponent)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    # Counting in whole steps keeps 0.3 from becoming 0.30000000000000004.
    numbers = range(first, min(last, first + _MOST) + 1)
    return [_scaled(number * mantissa, exponent) for number in numbers], step


def _nice_step(raw: float, *, whole: bool) -> tuple[float, int]:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `raw`."""
    exponent = math.floor(math.log10(raw))
    if whole and exponent < 0:
        return 1.0, 0
    fraction = raw / _scaled(1.0, exponent)
    for mantissa in (1.0, 2.0, 2.5, 5.0):
        if whole and mantissa == 2.5 and exponent < 1:  # noqa: PLR2004
            continue
        if fraction <= mantissa * (1 + 1e-9):
            return mantissa, exponent
    return 1.0, exponent + 1


def _scaled(value: float, exponent: int) -> float:
    # Dividing by a power of ten rounds once; multiplying by its inverse would round twice.
    if exponent >= 0:
        return float(value * 10.0**exponent)
    return float(value / 10.0**-exponent if exponent >= -300 else value * 10.0**exponent)  # noqa: PLR2004


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-6)
    last = math.floor(high / step + 1e-6)
    return [number * step for number in range(first, min(last, first + _MOST) + 1)]


def _labelled(values: list[float], labels: list[str]) -> list[Tick]:
    return [Tick(value, label) for value, label in zip(values, labels, strict=True)]
