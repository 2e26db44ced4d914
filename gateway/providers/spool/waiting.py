"""Which of our messages wait for a report, by the number that the modem gave them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.providers import Garbled
from gateway.providers.folder import Folder, read
from gateway.providers.spool.paper import unfold

PATIENCE = 7 * 86400.0  # seconds; a modem's numbers go from 0 to 255 and come again


@dataclass(frozen=True, slots=True)
class Wait:
    """A message sent, and the numbers of its parts that no report has come for."""

    own: str
    to: str
    numbers: tuple[str, ...]
    at: float


class Waiting:
    """Kept in `gateway/waiting/`, one small file a message and no text in it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._known: dict[str, Wait] | None = None

    @property
    def all(self) -> dict[str, Wait]:
        """Those that wait, by our own id, oldest first; read from the disk once."""
        if self._known is None:
            found = sorted(self._read(), key=lambda wait: wait.at)
            self._known = {wait.own: wait for wait in found}
        return self._known

    def _read(self) -> Iterator[Wait]:
        for path in tuple(self._folder.own("waiting").iterdir()):
            try:
                found = unfold(read(path)).headers
                numbers = tuple(found["Message_id"].split())
            except (Garbled, KeyError):
                self._folder.aside(path, "bad_file")  # none of ours
                continue
            yield Wait(path.name, found.get("To", ""), numbers, path.stat().st_mtime)

    def _path(self, own: str) -> Path:
        return self._folder.own("waiting") / own

    def add(self, wait: Wait) -> None:
        """Wait for a message's reports, or for fewer of them than before."""
        told = f"To: {wait.to}\nMessage_id: {' '.join(wait.numbers)}\n\n"
        self._folder.write(self._path(wait.own), told.encode())
        self.all.pop(wait.own, None)
        self.all[wait.own] = wait

    def end(self, own: str) -> None:
        """Wait no longer."""
        self._path(own).unlink(missing_ok=True)
        self.all.pop(own, None)

    def whose(self, to: str, number: str) -> Wait | None:
        """Return the newest message to this recipient that the modem gave this number."""
        found = (wait for wait in self.all.values() if wait.to == to and number in wait.numbers)
        return max(found, key=lambda wait: wait.at, default=None)

    def forget(self, now: float) -> None:
        """Stop waiting for reports that will not come."""
        for wait in [wait for wait in self.all.values() if wait.at < now - PATIENCE]:
            self.end(wait.own)
