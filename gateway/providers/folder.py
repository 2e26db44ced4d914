"""Folders shared with another program: nobody sees half a file, and one is read only when still."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from gateway.files import settle
from gateway.providers import N_, Account, SendError, Unreachable

STILL = 1.0  # seconds without a change after which a file counts as whole
GONE = N_(
    "The folder is not there, or the user that Gateway runs as may not read and write in it. "
    "Install and start the program that shares it, or correct the setting."
)
MOST = 100_001  # bytes read of a file: one more than we take

State = tuple[int, int]  # size in bytes, time of change in ns


def trouble(error: OSError) -> SendError:
    """Return what a failing disk or folder means for sending: nothing was handed over."""
    gone = isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError)
    return Account("folder") if gone else Unreachable("disk")


def explain(code: str) -> str:
    """Return what a code of ours means and what to do, or an empty string."""
    return GONE if code.startswith("folder") else ""


class Folder:
    """A spool, the folders that must be in it, and a corner of our own there, `gateway/`."""

    def __init__(self, root: str, theirs: tuple[str, ...] = ()) -> None:
        self.root, self._theirs = Path(root), theirs
        self._seen: dict[Path, tuple[State, float]] = {}

    def place(self, name: str) -> Path:
        return self.root / name

    def own(self, name: str) -> Path:
        """Return a folder of ours, made on first use."""
        found = self.root / "gateway" / name
        found.mkdir(parents=True, exist_ok=True)
        return found

    def check(self) -> None:
        """Raise Account unless all folders are there and may be written."""
        if lacking := self.lacking():
            raise Account("_".join(("folder", *lacking.relative_to(self.root).parts)))
        try:
            self.own("odd")
        except OSError as error:
            raise trouble(error) from None

    def lacking(self) -> Path | None:
        """Return a folder that is not there, or that we may not write in; only look, make none."""
        if not os.path.isdir(self.root):
            return self.root
        ours = self.place("gateway") if os.path.exists(self.place("gateway")) else self.root
        for place in (*map(self.place, self._theirs), ours):
            if not (os.path.isdir(place) and os.access(place, os.R_OK | os.W_OK | os.X_OK)):
                return place
        return None

    # Out

    def write(self, target: Path, content: bytes) -> None:
        """Put a file into a folder, whole and on disk, or not at all; OSError if not."""
        part = self.own("parts") / target.name
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o660)  # smsd, of the same group, takes it away
        part.replace(target)
        settle(target.parent)

    def holds(self, name: str, places: tuple[str, ...]) -> bool:
        """Tell whether a file is in one of these, given in the order it goes through them."""
        return any((self.place(place) / name).exists() for place in places)

    def count(self, place: str, prefix: str) -> int:
        """Return how many files of ours wait in a folder that may not be there."""
        try:
            return sum(entry.name.startswith(prefix) for entry in os.scandir(self.place(place)))
        except FileNotFoundError:
            return 0

    def ends(self, place: str, end: str, within: str = "") -> int:
        """Return how many files of a folder have names that end so, with something in them."""
        names = os.listdir(self.place(place))
        return sum(name.endswith(end) and within in name for name in names)

    # In

    def still(self, place: str, prefix: str, now: float) -> Iterator[Path]:
        """Yield the files, oldest first, that nobody uses and that are written to the end.

        A file is whole once two looks, a second apart, find it the same. Its own time is not
        compared with ours: a clock without a battery jumps.
        """
        found = sorted(self._states(place, prefix), key=lambda each: (each[1][1], each[0].name))
        for path, state in found:
            known, since = self._seen.get(path, (None, now))
            if known != state or now < since:
                self._seen[path] = (state, now)
            elif now - since >= STILL:
                yield path
        gone = {path for path in self._seen if path.parent == self.place(place)}
        for path in gone - {path for path, _ in found}:
            del self._seen[path]

    def _states(self, place: str, prefix: str) -> Iterator[tuple[Path, State]]:
        try:
            names = os.listdir(self.place(place))
        except FileNotFoundError:
            return  # report/ need not be there
        locked = {name for name in names if name.endswith(".LOCK")}
        for name in names:
            if name in locked or f"{name}.LOCK" in locked or not name.startswith(prefix):
                continue
            path = self.place(place) / name
            state = _state(path) if name[0] != "." else None
            if state:
                yield path, state

    def aside(self, path: Path, reason: str) -> None:
        """Keep an odd file, with the reason beside it."""
        odd, number = self.own("odd"), 1
        target = odd / path.name
        while target.exists():
            number += 1
            target = odd / f"{path.name}-{number}"
        self.write(odd / f"{target.name}.why", f"{reason}\n".encode())
        path.replace(target)


def read(path: Path) -> bytes:
    """Return what is in a file, or the beginning of one that is too large."""
    with path.open("rb") as file:
        return file.read(MOST)


def _state(path: Path) -> State | None:
    """Return the state of a file; None for a folder, or where it was taken away meanwhile."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_size, stat.st_mtime_ns) if S_ISREG(stat.st_mode) else None
