"""make bench: measure, print one table, and write it down."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    api,
    behind,
    carriers,
    encoding,
    expansion,
    group_commit,
    inbound,
    report,
    resting,
    sending,
    smpp_in,
    smpp_out,
    ussd,
    wear,
)
from bench.figures import Line, markdown
from bench.size import FULL, QUICK, Size

Case = Callable[[Path, Size], Iterator[Line]]

CASES: dict[str, Case] = {
    "group_commit": group_commit.measure,
    "inbound": inbound.measure,
    "ussd": ussd.measure,
    "expansion": expansion.measure,
    "behind": behind.measure,
    "sending": sending.measure,
    "carriers": carriers.measure,
    "smpp_out": smpp_out.measure,
    "smpp_in": smpp_in.measure,
    "api": api.measure,
    "encoding": encoding.measure,
    "resting": resting.measure,
    "wear": wear.measure,
}


def measure(names: list[str], size: Size, folder: Path) -> list[Line]:
    """Measure cases one after another, each in a folder of its own on the same disk."""
    lines: list[Line] = []
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as place:
            lines += CASES[name](Path(place), size)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return lines


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, small ones")
    parser.add_argument("--only", nargs="+", choices=CASES, help="these cases; writes nothing down")
    parser.add_argument("--on", type=Path, help="a folder on the disk to measure", default="build")
    parser.add_argument("--dry", action="store_true", help="print the table, write nothing down")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    asked = _asked(arguments)
    asked.on.mkdir(parents=True, exist_ok=True)
    lines = measure(asked.only or list(CASES), QUICK if asked.quick else FULL, asked.on)
    table = markdown(lines)
    print(table)
    if not (asked.only or asked.dry):
        report.write(table, arguments, asked.on)


if __name__ == "__main__":
    main(sys.argv[1:])
