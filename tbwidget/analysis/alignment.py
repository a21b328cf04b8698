"""Series of several runs on common steps, whether or not they were logged at the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Rows = slice | npt.NDArray[np.int64]

#: From this part of the points that agreeing runs would have on, steps count as agreeing.
AGREEMENT = 0.9
#: Values (runs x steps) of agreeing runs and of a common grid at most, and its steps at least.
MOST_VALUES = 2**22
GRID_VALUES = 2**20
FEWEST_STEPS = 200


class Member(NamedTuple):
    """One run's points: steps int64[n], ascending; wall times and values float64[n]."""

    steps: npt.NDArray[np.int64]
    wall_times: Floats
    values: Floats


class Aligned(NamedTuple):
    """Several runs on common steps.

    Attributes
    ----------
    steps
        int64[s], ascending.
    wall_times, relative_times
        float64[s]: the mean over the runs that count at a step, in seconds since the epoch and
        since each run's own first point.
    values
        float64[r, s]; NaN where a run has no value.
    interpolated
        Whether values stand there that no run has logged.
    note
        One sentence that says so and why; else empty.
    """

    steps: npt.NDArray[np.int64]
    wall_times: Floats
    relative_times: Floats
    values: Floats
    interpolated: bool
    note: str


def align(members: Sequence[Member]) -> Aligned:
    """Return several runs on common steps.

    If their steps mostly agree, these are all steps of all runs, and a run that lacks one has no
    value there: nothing is made up. Else each run is interpolated linearly between its own points,
    never beyond its first and last one, at steps that lie as dense as those of all runs together
    and hold the first and last of each run. Values that are not finite count as absent, and so does
    what lies between one and the next point. Of a step that a run holds twice, the last counts.

    Parameters
    ----------
    members
        The runs; those without points are left out of the rows of the result.

    Returns
    -------
    Aligned

    Examples
    --------
    >>> def line(*steps):
    ...     x = np.array(steps)
    ...     return Member(x, x * 1.0, x * 10.0)
    >>> align([line(0, 2, 4), line(1, 3, 5)]).values
    array([[ 0., 10., 20., 30., 40., nan],
           [nan, 10., 20., 30., 40., 50.]])
    """
    members = [_cleaned(member) for member in members if len(member.steps)]
    if not members:
        return _collect([], np.empty(0, np.int64), iter(()), "")
    union = _union([member.steps for member in members])
    agree = _agree(members, union)
    if agree and len(union) * len(members) <= MOST_VALUES:
        placed = ((_places(union, member.steps), member) for member in members)
        return _collect(members, union, placed, "")
    grid = _grid(members, union)
    note = f"interpolated onto {len(grid):,} common steps"
    if agree:
        note = f"interpolated onto {len(grid):,} of {len(union):,} steps"
    return _collect(members, grid, _interpolations(members, grid), note)


def extremes(members: Sequence[Member], aligned: Aligned) -> tuple[Floats, Floats]:
    """Return the lowest and highest value at each common step, with what lies between the steps.

    Every finite point of a run counts at the common step nearest to its own, so that a spike
    between two common steps is not lost.
    """
    low = np.fmin.reduce(aligned.values, axis=0, initial=np.nan)
    high = np.fmax.reduce(aligned.values, axis=0, initial=np.nan)
    if aligned.interpolated:
        steps = aligned.steps
        middles = steps[:-1] + (steps[1:] - steps[:-1]) / 2
        for member in members:
            finite = np.isfinite(member.values)
            values = member.values[finite]
            nearest = np.searchsorted(middles, member.steps[finite])
            np.fmin.at(low, nearest, values)
            np.fmax.at(high, nearest, values)
    return low, high


def _cleaned(member: Member) -> Member:
    """Return the points with each step once, and NaN for what is not finite."""
    steps, wall_times, values = member
    values = np.where(np.isfinite(values), values, np.nan)
    if not bool(np.all(steps[1:] > steps[:-1])):
        last = np.append(steps[1:] != steps[:-1], True)
        steps, wall_times, values = steps[last], wall_times[last], values[last]
    return Member(steps, wall_times, values)


def _union(all_steps: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    longest = max(all_steps, key=len)
    # Live runs of one program: each has the first steps of the one that is ahead.
    others = [
        steps
        for steps in all_steps
        if steps is not longest and not np.array_equal(steps, longest[: len(steps)])
    ]
    if not others:
        return longest
    # A stable sort merges what is sorted in pieces already.
    pooled: npt.NDArray[np.int64] = np.sort(np.concatenate([longest, *others]), kind="stable")
    union: npt.NDArray[np.int64] = pooled[np.append(True, pooled[1:] != pooled[:-1])]
    return union


def _agree(members: list[Member], union: npt.NDArray[np.int64]) -> bool:
    """Tell whether runs have nearly all the steps that any run has between their first and last."""
    ends = np.array([(member.steps[0], member.steps[-1]) for member in members])
    covered = np.searchsorted(union, ends[:, 1], "right") - np.searchsorted(union, ends[:, 0])
    points = sum(len(member.steps) for member in members)
    return bool(points >= AGREEMENT * covered.sum())


def _grid(members: list[Member], union: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return common steps: as many as the longest run has, if there is room for so many.

    Each run gives an equal share of its own steps, and its ends.
    """
    room = max(FEWEST_STEPS, GRID_VALUES // len(members))
    count = min(room, max(FEWEST_STEPS, *(len(member.steps) for member in members)))
    if len(union) <= count:
        return union
    share = -(-count // len(members))
    shares = []
    for number, member in enumerate(members):
        # No two runs give the same, should they have the same steps.
        parts = (np.arange(share) + number / len(members)) / share
        rows = np.unique(np.append((parts * len(member.steps)).astype(np.int64), (0, -1)))
        shares.append(member.steps[rows])
    return np.unique(np.concatenate(shares))


def _places(union: npt.NDArray[np.int64], steps: npt.NDArray[np.int64]) -> Rows:
    if np.array_equal(steps, union[: len(steps)]):
        return slice(len(steps))
    rows: npt.NDArray[np.int64] = np.searchsorted(union, steps)
    return rows


def _interpolations(
    members: list[Member], grid: npt.NDArray[np.int64]
) -> Iterator[tuple[Rows, Member]]:
    at = grid.astype(np.float64)
    for steps, wall_times, values in members:
        part = slice(
            int(np.searchsorted(grid, steps[0])), int(np.searchsorted(grid, steps[-1], "right"))
        )
        x = steps.astype(np.float64)
        columns = (np.interp(at[part], x, column) for column in (wall_times, values))
        yield part, Member(grid[part], *columns)


def _collect(
    members: list[Member],
    steps: npt.NDArray[np.int64],
    placed: Iterator[tuple[Rows, Member]],
    note: str,
) -> Aligned:
    """Put the values of each run in its row, and take the mean of the wall times."""
    values = np.full((len(members), len(steps)), np.nan)
    wall_sum, relative_sum, counts = (np.zeros(len(steps)) for _ in range(3))
    for row, (where, member) in enumerate(placed):
        values[row, where] = member.values
        finite = np.isfinite(members[row].wall_times)
        start = members[row].wall_times[finite][0] if finite.any() else np.nan
        known = np.isfinite(member.wall_times) & np.isfinite(member.values)
        wall_sum[where] += np.where(known, member.wall_times, 0.0)
        relative_sum[where] += np.where(known, member.wall_times - start, 0.0)
        counts[where] += known
    with np.errstate(invalid="ignore"):
        times = wall_sum / counts, relative_sum / counts
    return Aligned(steps, *times, values, bool(note), note)
