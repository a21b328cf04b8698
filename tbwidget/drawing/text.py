"""Numbers as the labels of an axis."""

from __future__ import annotations

import math
import re

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
#: Where an absolute path or a URL begins.
_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]|[a-z][a-z0-9+.-]*://")
_DURATIONS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"))


def format_ticks(values: list[float], step: float) -> list[str]:
    """Return labels for ticks `step` apart: just enough digits that no two read the same.

    Examples
    --------
    >>> format_ticks([0.0, 2500.0, 5000.0], 2500.0)
    ['0', '2.5k', '5k']
    """
    largest = max((abs(value) for value in values), default=0.0)
    decimals = decimals_of(step)
    exponential = largest >= 1e15 or (largest < 1e-3 and decimals > 4) or decimals > 15  # noqa: PLR2004
    return [
        "0" if value == 0 else _exponential(value, step) if exponential else _plain(value, step)
        for value in values
    ]


def format_duration_ticks(values: list[float], step: float) -> list[str]:
    """Return labels in seconds, minutes, hours or days, all in one unit."""
    largest = max((abs(value) for value in values), default=0.0)
    for unit, name in _DURATIONS:
        decimals = decimals_of(step / unit)
        if largest >= 2 * unit and decimals <= 2:  # noqa: PLR2004
            texts = [_trimmed(f"{value / unit:,.{decimals}f}") for value in values]
            return ["0" if text == "0" else f"{text} {name}" for text in texts]
    return ["0" if text == "0" else f"{text} s" for text in format_ticks(values, step)]


def decimals_of(step: float) -> int:
    """Return how many decimals write a round number exactly."""
    mantissa, exponent = _parts(step)
    digits = max(0, -exponent)
    for extra in range(3):
        if _is_whole(mantissa * 10.0 ** (extra + min(0, -exponent))):
            return digits + extra
    return digits + 3


def _plain(value: float, step: float) -> str:
    for unit, suffix in _UNITS:
        # A fine step would need many digits behind the unit.
        if abs(value) >= unit and step / unit >= 0.0499:  # noqa: PLR2004
            return _trimmed(f"{value / unit:.{decimals_of(step / unit)}f}") + suffix
    return _trimmed(f"{value:,.{decimals_of(step)}f}")


def _exponential(value: float, step: float) -> str:
    mantissa, exponent = _parts(step)
    digits = _parts(value)[1] - exponent + (0 if _is_whole(mantissa) else 1)
    number, power = f"{value:.{max(0, min(15, digits))}e}".split("e")
    return f"{_trimmed(number)}e{int(power)}"


def _parts(value: float) -> tuple[float, int]:
    mantissa, exponent = f"{value:.9e}".split("e")
    return float(mantissa), int(exponent)


def _is_whole(value: float) -> bool:
    return math.isclose(value, round(value), rel_tol=0, abs_tol=1e-6)


def _trimmed(text: str) -> str:
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed == "-0" else trimmed


def public_name(name: str) -> str:
    """Return a name as whoever is given a picture may see it.

    An absolute path or a URL tells of a machine, so only its last part is kept.

    Examples
    --------
    >>> public_name("/home/ada/logs/seed=1"), public_name("baseline/seed=1")
    ('…/seed=1', 'baseline/seed=1')
    """
    if not _ABSOLUTE.match(name):
        return name
    return "…/" + re.split(r"[/\\]", name.rstrip("/\\"))[-1]


def format_number(value: float) -> str:
    """Return a number with four digits that count.

    Examples
    --------
    >>> format_number(0.123456), format_number(1234567.0)
    ('0.1235', '1.235e+06')
    """
    return f"{value:.4g}"


def format_bytes(count: int) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> format_bytes(512), format_bytes(2_400_000)
    ('512 bytes', '2.4 MB')
    """
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count:,} bytes"
