"""One round of writing, in a process of its own: shared commits, one commit each, failures."""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from gateway.store import Store, create

WRITERS = 16
FAILING = 10  # of ten units, one fails after it wrote
ADD = "INSERT INTO kept_call (channel, kind, reason, body, at) VALUES ('bench', ?, '', ?, 0.0)"
BODY = b"x" * 200


class Failed(Exception):
    """What a failing unit raises."""


def one_each(file: Path, writes: int) -> float:
    """Write with plain sqlite3, each row in a commit of its own; return rows a second."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    began = time.monotonic()
    for _ in range(writes):
        db.execute(ADD, ("good", BODY))
    rate = writes / (time.monotonic() - began)
    db.close()
    return rate


def at_once(writes: int, write: Callable[[int], object]) -> float:
    """Write from all writers side by side; return units a second."""

    def some(first: int) -> None:
        for number in range(first, writes, WRITERS):
            write(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        began = time.monotonic()
        for done in [pool.submit(some, first) for first in range(WRITERS)]:
            done.result()
        return writes / (time.monotonic() - began)


def shared(store: Store, writes: int) -> float:
    return at_once(
        writes, lambda _: store.write(lambda db: db.execute(ADD, ("good", BODY)).rowcount)
    )


def with_failures(store: Store, writes: int) -> dict[str, int]:
    """Let some units fail after they wrote; count what is there afterwards."""

    def write(number: int) -> None:
        fails = number % FAILING == 0

        def unit(db: sqlite3.Connection) -> None:
            db.execute(ADD, ("failed" if fails else "kept", BODY))
            if fails:
                raise Failed

        try:
            store.write(unit)
        except Failed:
            assert fails

    writes -= writes % FAILING
    at_once(writes, write)
    sql = "SELECT count(*) FROM kept_call WHERE kind = ?"
    kept, astray = (store.read.execute(sql, (k,)).fetchone()[0] for k in ("kept", "failed"))
    return {"kept": kept, "good": writes - writes // FAILING, "astray": astray}


def sync(folder: Path) -> float:
    """Return how many seconds one sync of a page takes here."""
    took = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(5):
            file.write(BODY)
            file.flush()
            began = time.monotonic()
            os.fsync(file.fileno())
            took.append(time.monotonic() - began)
    return median(took)


def main(folder: Path, writes: int) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        files = [Path(place) / name for name in ("each.db", "shared.db")]
        for file in files:
            create(file)
        store = Store(files[1])
        each = one_each(files[0], writes)
        told = {"shared": shared(store, writes), "each": each, "sync": sync(folder)}
        print(json.dumps(told | with_failures(store, writes)))
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
