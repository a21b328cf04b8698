"""Read log directories made from random seeds, all of what is in them, and report what goes wrong.

    python scripts/fuzz.py --minutes 10
    python scripts/fuzz.py --case 123456789      # one of them again

Wrong is: an exception, a case that takes too long, and more memory than `--megabytes` for files of
less than one megabyte together. Each is printed with its seed; the exit status is 1 if there was
one.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parent.parent
# What warns in a reading thread would be printed into whatever cell runs.
warnings.simplefilter("error")
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from fuzzed_logs import fuzzed_stages, read_stages  # noqa: E402  (found by the line above)

if TYPE_CHECKING:
    from types import FrameType

#: Measuring memory makes a case three times slower, so not each is.
MEASURED_EVERY = 4
#: Where the seed of the case in hand stands, should the process die.
STATE = Path(tempfile.gettempdir()) / "tbwidget-fuzz-case.txt"


def main() -> int:
    """Run the cases asked for and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--case", type=int, help="the seed of one case, to see it again")
    parser.add_argument("--seed", type=int, help="of all cases; another one each time if not given")
    parser.add_argument("--seconds", type=int, default=30, help="that one case may take")
    parser.add_argument("--megabytes", type=float, default=64.0, help="that one case may allocate")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _too_long)
    if options.case is not None:
        return int(bool(run(options.case, options, measured=True)[0]))
    seed = time.time_ns() if options.seed is None else options.seed
    say(f"seed of all cases: {seed}")
    return run_for(60 * options.minutes, random.Random(seed), options)  # noqa: S311


def run_for(seconds: float, rng: random.Random, options: argparse.Namespace) -> int:
    """Run cases for some time; return 1 if one went wrong."""
    began, cases, wrong, largest, longest = time.monotonic(), 0, Counter[str](), 0.0, 0.0
    run(0, options, measured=False)  # what is imported and cached for good is no case's
    while time.monotonic() - began < seconds:
        case = rng.getrandbits(48)
        measured = not cases % MEASURED_EVERY
        failure, megabytes, took = run(case, options, measured=measured)
        cases += 1
        largest, longest = max(largest, megabytes), max(longest, took)
        wrong[failure] += bool(failure)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(
        f"{cases:,} cases in {seconds / 60:g} minutes; the largest took {largest:.1f} MB, the "
        f"longest {longest:.1f} s; {used:.0f} MB resident at most"
    )
    for what, count in (+wrong).most_common():
        say(f"{count:,} x {what}")
    return int(bool(+wrong))


def run(case: int, options: argparse.Namespace, *, measured: bool) -> tuple[str, float, float]:
    """Run one case; return what was wrong in a line, its peak in megabytes, and its seconds."""
    STATE.write_text(f"{case}\n")
    faulthandler.dump_traceback_later(
        4 * options.seconds, exit=True
    )  # if not even the signal gets through
    stages = fuzzed_stages(case)
    gc.collect()
    if measured:
        tracemalloc.start()
    began, failure = time.monotonic(), ""
    signal.alarm(options.seconds)
    try:
        with tempfile.TemporaryDirectory(prefix="tbwidget-fuzz-") as folder:
            read_stages(stages, Path(folder))
    except Exception as error:  # noqa: BLE001  (any is what is looked for)
        failure = f"{type(error).__name__}: {error}"[:200]
        say(f"case {case}: {failure}")
        traceback.print_exc()
    finally:
        signal.alarm(0)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        faulthandler.cancel_dump_traceback_later()
    if not failure and peak > options.megabytes:
        failure = "too much memory"
        say(f"case {case}: {peak:.1f} MB")
    return failure, peak, time.monotonic() - began


def _too_long(_number: int, _frame: FrameType | None) -> NoReturn:
    message = "the case takes too long"
    raise TimeoutError(message)


def say(line: str) -> None:
    """Print at once: the process may not live to print later."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
