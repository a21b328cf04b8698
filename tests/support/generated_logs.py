"""Event files of every shape, made from a seed: what a decoder must read however it is built.

A `Recipe` says what a training loop logs: which tags in which form, how often, from which step on,
and what lies between. `records_of` writes it down fast, thousands of records in milliseconds, byte
by byte rather than through protobuf, so that forms which no protobuf library writes occur as well.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from event_files import WALL, record, unchecked
from odd_records import odd_record
from wire import (
    VECTOR_OF_ONE,
    double,
    event_of,
    metadata_field,
    nested,
    single,
    summary_of,
    tensor,
    varint,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# -- the forms of a value ------------------------------------------------------------------------


def _bfloat16(number: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", number))[0]) >> 16


def _half(number: float) -> int:
    return int(struct.unpack("<H", struct.pack("<e", max(-6e4, min(6e4, number))))[0])


def _int(number: float) -> int:
    return int(number) if abs(number) < 2**31 else 0  # false for NaN as well


#: How a number can be written: each form's `value` field, by the form's name.
SCALAR_FORMS: dict[str, Callable[[float], bytes]] = {
    "simple_value": lambda x: single(2, x),
    "float_val": lambda x: tensor(1, nested(5, struct.pack("<f", x))),
    "float_val unpacked": lambda x: tensor(1, single(5, x)),
    "float_val without shape": lambda x: tensor(1, nested(5, struct.pack("<f", x)), b""),
    "float content": lambda x: tensor(1, nested(4, struct.pack("<f", x))),
    "double_val": lambda x: tensor(2, nested(6, struct.pack("<d", x))),
    "double content": lambda x: tensor(2, nested(4, struct.pack("<d", x))),
    "double content of a vector": lambda x: tensor(
        2, nested(4, struct.pack("<d", x)), VECTOR_OF_ONE
    ),
    "int32 in int_val": lambda x: tensor(3, nested(7, varint(_int(x)))),
    "uint8 in int_val": lambda x: tensor(4, nested(7, varint(_int(x) & 255))),
    "int64 in int64_val": lambda x: tensor(9, nested(10, varint(_int(x) << 20))),
    "int64 content": lambda x: tensor(9, nested(4, struct.pack("<q", _int(x) << 20))),
    "bool_val": lambda x: tensor(10, nested(11, varint(x > 0))),
    "half_val": lambda x: tensor(19, nested(13, varint(_half(x)))),
    "bfloat16 in half_val": lambda x: tensor(14, nested(13, varint(_bfloat16(x)))),
    "bfloat16 content": lambda x: tensor(14, nested(4, struct.pack("<H", _bfloat16(x)))),
}
#: The kinds that are only indexed; the number decides how long they are.
BLOB_FORMS: dict[str, Callable[[float], bytes]] = {
    "histo": lambda x: nested(
        5,
        double(1, 0.0)
        + double(2, x)
        + nested(6, struct.pack(f"<{_size(x)}d", *range(_size(x))))
        + nested(7, bytes(8 * _size(x))),
    ),
    "image": lambda x: nested(4, whole(1, 2) + whole(2, 3) + nested(4, b"\x89PNG" * _size(x))),
    "audio": lambda x: nested(6, single(1, 8000.0) + nested(4, b"RIFF" * _size(x))),
    "text": lambda x: tensor(7, nested(8, b"word " * _size(x))),
    "pr_curves": lambda x: tensor(1, nested(4, struct.pack("<f", x) * 12), b""),
    "of a plugin of their own": lambda x: tensor(2, nested(4, struct.pack("<d", x) * 3), b""),
}
_PLUGINS = {"text": "text", "pr_curves": "pr_curves", "of a plugin of their own": "our_own"}


def _size(number: float) -> int:
    return _int(number) % 40


# -- the recipe ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tag:
    """One tag of a training loop: written every `every`-th time, from the `phase`-th on."""

    name: str
    form: str
    every: int = 1
    phase: int = 0


@dataclass(frozen=True)
class Recipe:
    """What a training loop logs.

    Attributes
    ----------
    seed
        Of the values, and of everything else that is random.
    iterations
        How often the loop runs.
    tags
        What it logs.
    values_per_event
        How many of the tags due share one event.
    first_step, stride
        Steps are ``first_step + stride * n``.
    resets
        Iterations at which the step begins again, and whether a START tells so.
    metadata
        ``"first"``, ``"always"`` or ``"never"``: with which values of a tag it is written.
    metadata_first
        Whether it stands before the value rather than after it.
    walls
        ``"steady"``, ``"equal"`` or ``"odd"`` (some are no times).
    specials
        Share of values that are NaN, an infinity, a negative zero or a denormal.
    odd
        Share of odd records.
    shuffled
        Whether the order of tags changes.
    checked
        Whether the writer makes data checksums.
    """

    seed: int = 0
    iterations: int = 10
    tags: tuple[Tag, ...] = (Tag("loss", "simple_value"),)
    values_per_event: int = 1
    first_step: int = 0
    stride: int = 1
    resets: tuple[tuple[int, bool], ...] = ()
    metadata: str = "first"
    metadata_first: bool = False
    walls: str = "steady"
    specials: float = 0.0
    odd: float = 0.0
    shuffled: bool = False
    checked: bool = True


def records_of(recipe: Recipe) -> list[bytes]:
    """Return the framed records of the file that `recipe` makes, its file version first."""
    rng = random.Random(recipe.seed)  # noqa: S311  (not a secret)
    frame = record if recipe.checked else unchecked
    records = [frame(event_of(WALL, 0, nested(3, b"brain.Event:2")))]
    described: set[str] = set()
    for number, step, start in _steps(recipe):
        wall_time = _wall_time(recipe, rng, number)
        if start:
            records.append(frame(event_of(wall_time, step, nested(7, whole(1, 1)))))
        due = [tag for tag in recipe.tags if number % tag.every == tag.phase]
        if recipe.shuffled:
            rng.shuffle(due)
        for first in range(0, len(due), recipe.values_per_event):
            values = [
                _value(recipe, rng, tag, described)
                for tag in due[first : first + recipe.values_per_event]
            ]
            records.append(frame(event_of(wall_time, step, summary_of(*values))))
            if recipe.odd and rng.random() < recipe.odd:
                records.append(odd_record(rng, wall_time, step, recipe.tags[0].name))
    return records


def _steps(recipe: Recipe) -> Iterator[tuple[int, int, bool]]:
    """Yield each iteration's number, its step, and whether a START comes before it."""
    resets = dict(recipe.resets)
    begun = 0
    for number in range(recipe.iterations):
        if number in resets:
            begun = number
        step = recipe.first_step + recipe.stride * (number - begun)
        yield number, (step + 2**63) % 2**64 - 2**63, resets.get(number, False)


def _wall_time(recipe: Recipe, rng: random.Random, number: int) -> float:
    if recipe.walls == "odd" and rng.random() < 0.1:
        return rng.choice([float("nan"), float("inf"), 0.0, -5.0])
    return WALL if recipe.walls == "equal" else WALL + 0.1 * number


def _value(recipe: Recipe, rng: random.Random, tag: Tag, described: set[str]) -> bytes:
    number = rng.uniform(-300, 300)
    if recipe.specials and rng.random() < recipe.specials:
        number = rng.choice([float("nan"), float("inf"), -float("inf"), -0.0, 1e-45, 0.0])
    name = nested(1, tag.name.encode())
    value = SCALAR_FORMS[tag.form](number) if tag.form in SCALAR_FORMS else _blob(tag, number)
    plugin = _PLUGINS.get(tag.form) or ("scalars" if tag.form in SCALAR_FORMS else "")
    bare = tag.form in ("simple_value", "histo", "image", "audio")
    # A tensor is nothing without its plugin, so that "never" is for values of the old kind.
    if recipe.metadata == "always" or (not bare and tag.name not in described):
        described.add(tag.name)
        metadata = metadata_field(plugin, display_name=tag.name)
        value = metadata + value if recipe.metadata_first else value + metadata
    return name + value


def _blob(tag: Tag, number: float) -> bytes:
    return BLOB_FORMS[tag.form](number)


# -- recipes at random ---------------------------------------------------------------------------

NAMES = (
    "loss",
    "a",
    "train/accuracy",
    "⁴ 学習率",
    "x" * 130,
    "",
    "epoch",
    "lr-Adam/pg1",
    "val/loss",
)
FIRST_STEPS = (0, 0, 1, 100, 120, 16_370, 2**21 - 5, 2**35 - 20, 2**63 - 9, -3, -130, -(2**63))
STRIDES = (1, 1, 1, 10, 3, 0, -1, 1000, 2**40)


def random_recipe(rng: random.Random, records: int = 3000) -> Recipe:
    """Return a recipe of up to about `records` records; small ones and long ones alike."""
    count = rng.choice([rng.randint(0, 60), rng.randint(0, records // 4), rng.randint(0, records)])
    forms = [*SCALAR_FORMS, *BLOB_FORMS] if rng.random() < 0.4 else list(SCALAR_FORMS)[:6]
    cadences = rng.choice([(1,), (1, 1, 5, 10), (1, 2, 7, 50)])
    tags = []
    for _ in range(rng.choice([1, 2, 3, rng.randint(1, 24)])):
        every = rng.choice(cadences)
        name = rng.choice(NAMES) + rng.choice(["", f"_{len(tags)}"])
        tags.append(Tag(name, rng.choice(forms), every, rng.randrange(every)))
    values_per_event = rng.choice([1, 1, 2, len(tags)])
    per_iteration = sum(1 / tag.every for tag in tags) / values_per_event
    iterations = int(count / max(per_iteration, 0.1))
    return Recipe(
        seed=rng.randrange(2**32),
        iterations=iterations,
        tags=tuple(tags),
        values_per_event=values_per_event,
        first_step=rng.choice(FIRST_STEPS),
        stride=rng.choice(STRIDES),
        resets=tuple(
            (rng.randrange(iterations + 1), rng.random() < 0.5)
            for _ in range(rng.choice([0, 0, 2]))
        ),
        metadata=rng.choice(["first", "always", "never"]),
        metadata_first=rng.random() < 0.2,
        walls=rng.choice(["steady", "steady", "equal", "odd"]),
        specials=rng.choice([0.0, 0.0, 0.05]),
        odd=rng.choice([0.0, 0.0, 0.0, 0.002, 0.01, 0.3]),
        shuffled=rng.random() < 0.1,
        checked=True,
    )


# -- damage --------------------------------------------------------------------------------------


def damaged(rng: random.Random, records: list[bytes]) -> bytes:
    """Return the file of `records` with one to three places damaged, but for its first record."""
    first = len(records[0])
    edges = [*accumulate(map(len, records))]
    data = bytearray(b"".join(records))
    for _ in range(rng.choice([1, 1, 2, 3])):
        place = min(len(data), rng.choice([rng.choice(edges), rng.randint(first, edges[-1])]))
        end = min(len(data), place + rng.choice([1, 4, 12, 60, 1000]))
        rng.choice(_DAMAGE)(rng, data, place, end)
    return bytes(data)


def _flip(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    if place < len(data):
        data[place] ^= 1 << rng.randrange(8)


def _cut(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    del data[place:]


def _remove(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    del data[place:end]


def _zero(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    data[place:end] = bytes(end - place)


def _overwrite(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    data[place:end] = rng.randbytes(end - place)


def _repeat(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    data[place:place] = data[place:end]


def _insert_zeros(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    data[place:place] = bytes(end - place)


def _insert_header(rng: random.Random, data: bytearray, place: int, end: int) -> None:
    length = rng.choice([0, 20, 5000, 2**20, 2**31, 2**40, 2**62, 2**64 - 1])
    data[place:place] = record(b"", length=length)[:12]


_DAMAGE = (_flip, _flip, _cut, _remove, _zero, _overwrite, _repeat, _insert_zeros, _insert_header)
