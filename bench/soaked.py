"""Writing down what a soak came to: one line for each family of faults."""

import json
import sys
from collections import Counter
from pathlib import Path

from bench.figures import table
from bench.report import heading, put

COLUMNS = {
    "faults": "faults",
    "unsynced": "with unsynced writes",
    "torn": "torn",
    "in_flight": "in flight",
    "accepted_in": "accepted in",
    "accepted_out": "accepted out",
    "lost_in": "lost in",
    "lost_out": "lost out",
    "doubled": "doubled",
    "extra_emergencies": "emergencies once more",
    "unknown": "left unknown",
    "never_sent": "of these not sent",
}


def added(lines: list[str]) -> dict[str, Counter[str]]:
    """Add up the counts of each family.

    >>> added(['{"family": "cuts", "faults": 2}', '{"family": "cuts", "faults": 3, "torn": 1}'])
    {'cuts': Counter({'faults': 5, 'torn': 1})}
    """
    found: dict[str, Counter[str]] = {}
    for line in lines:
        counts = json.loads(line)
        found.setdefault(counts.pop("family"), Counter()).update(counts)
    return found


def written(families: dict[str, Counter[str]]) -> str:
    """Return the table; what a family does not count stays empty.

    >>> written({"cuts": Counter(faults=2000)}).splitlines()[2][:17]
    '| cuts   | 2,000 '
    """
    rows = [
        [name, *(f"{counts[key]:,}" if key in counts else "" for key in COLUMNS)]
        for name, counts in sorted(families.items())
    ]
    return table(["family", *COLUMNS.values()], rows)


def main(file: str, seed: str, cuts: str) -> None:
    counts = written(added(Path(file).read_text(encoding="utf-8").splitlines()))
    print(counts)
    command = f"`make soak SEED={seed} CUTS={cuts}`"
    put("soak", f"{heading(command, Path(file).parent)}\n\n{counts}")


if __name__ == "__main__":
    main(*sys.argv[1:])
