"""Lists that go out by the command line: written here, as a job, with a bar."""

import shutil
from pathlib import Path

from gateway.background import exports
from gateway.cli.opening import BY
from gateway.cli.progress import progress
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.store import jobs


def take_out(gw: Gateway, kind: str, file: Path, place: exports.Place | None = None) -> int:
    """Write a list to a file; return how many rows it has. Stopped halfway, it is no list."""
    job = exports.start(gw, BY, kind, place)
    with progress("Exporting") as tell:
        exports.run(gw, job, tell)
    row = jobs.by_id(gw.store.read, job)
    if row is None or row["state"] != "done":
        raise Refused(f"Job {job} was stopped: nothing was written to {file}.")
    shutil.copyfile(exports.file_of(gw, job), file)
    exports.forget(gw, job)
    return int(row["done"])
