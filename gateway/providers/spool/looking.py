"""What lies in the spool, and what becomes of each file once the gateway has it on disk."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from gateway.domain.messages import Status
from gateway.providers import Garbled, Hook, HookError
from gateway.providers.fetching import Found
from gateway.providers.folder import Folder, read
from gateway.providers.spool.paper import Paper, unfold
from gateway.providers.spool.waiting import Wait, Waiting
from gateway.providers.tp_status import tp_status

GRACE = 600.0  # seconds a report may be ahead of the file that tells of the sending
FINAL = {Status.DELIVERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED}


class Looking:
    """Looks through the folders; a file goes away only when `done` is called for it."""

    def __init__(self, folder: Folder, ours: str, clock: Callable[[], float]) -> None:
        self._folder, self._ours, self._clock = folder, ours, clock
        self._waiting = Waiting(folder)
        self._early: dict[Path, float] = {}
        self._taken: dict[Path, Callable[[], None]] = {}

    def found(self) -> Iterator[Found]:
        """Yield what came: first what smsd sent, so that its reports find their message."""
        self._clear()
        self._waiting.forget(self._clock())
        for place in ("sent", "failed"):
            for path in self._fresh(place, self._ours):
                yield self._told(path, place)
        for place in ("report", "incoming"):
            for path in self._fresh(place, ""):
                yield from self._came(path)

    def _fresh(self, place: str, prefix: str) -> Iterator[Path]:
        for path in self._folder.still(place, prefix, self._clock()):
            if path not in self._taken:
                yield path

    def _clear(self) -> None:
        """Try again to take away what could not be: it is on disk, and not read twice."""
        for path, end in tuple(self._taken.items()):
            try:
                end()
            except OSError:
                continue  # told when it first failed
            del self._taken[path]

    def _found(self, path: Path, call: Hook, end: Callable[[], None]) -> Found:
        return Found(call, partial(self._done, path, end))

    def _done(self, path: Path, end: Callable[[], None], refused: HookError | None) -> None:
        if refused:
            end = partial(self._folder.aside, path, str(refused))
        self._taken[path] = end
        end()
        del self._taken[path]

    def _told(self, path: Path, place: str) -> Found:
        content = read(path)
        call = _call("receipt", f"{place}/{path.name}", content)
        own = path.name.removeprefix(self._ours)
        end = self._sent if place == "sent" else self._failed
        return self._found(path, call, partial(end, path, own, content))

    def _sent(self, path: Path, own: str, content: bytes) -> None:
        """Remember whom the modem's number stands for; the text is kept no longer."""
        found = unfold(content).headers
        numbers = tuple(word for word in found.get("Message_id", "").split() if word.isdigit())
        if numbers:
            self._waiting.add(Wait(own, _digits(found.get("To", "")), numbers, self._clock()))
        path.unlink(missing_ok=True)

    def _failed(self, path: Path, own: str, content: bytes) -> None:
        self._waiting.end(own)
        path.unlink(missing_ok=True)

    def _came(self, path: Path) -> Iterator[Found]:
        content = read(path)
        report = _report(content)
        if report:
            yield from self._reported(path, content, report)
        else:
            call = _call("message", f"incoming/{path.name}", content)
            yield self._found(path, call, partial(path.unlink, missing_ok=True))

    def _reported(self, path: Path, content: bytes, report: Paper) -> Iterator[Found]:
        """Yield a report whose message is known; wait a while for the one that is not."""
        number = report.told.get("Message_id", "")
        wait = self._waiting.whose(_digits(report.headers.get("From", "")), number)
        if wait:
            left = tuple(one for one in wait.numbers if one != number)
            known = {"own": wait.own, "left": str(len(left))}
            call = _call("receipt", f"report/{path.name}", content, known)
            yield self._found(path, call, partial(self._answered, path, report, wait, left))
        elif self._clock() - self._early.setdefault(path, self._clock()) >= GRACE:
            self._taken[path] = partial(self._folder.aside, path, "unknown_message: Message_id")
            del self._early[path]

    def _answered(self, path: Path, report: Paper, wait: Wait, left: tuple[str, ...]) -> None:
        status = tp_status(int(report.told["Status"].partition(",")[0]))
        if status is Status.DELIVERED and left:
            self._waiting.add(Wait(wait.own, wait.to, left, wait.at))
        elif status in FINAL:
            self._waiting.end(wait.own)
        self._early.pop(path, None)
        path.unlink(missing_ok=True)


def _report(content: bytes) -> Paper | None:
    """Return a file as a report; None if it is none, or nothing readable."""
    try:
        paper = unfold(content)
    except Garbled:
        return None  # reading it as a message tells why
    return paper if paper.is_report else None


def _digits(number: str) -> str:
    """Return a number without what is written before it in one file and not in another.

    >>> _digits("s4040"), _digits("+15550100"), _digits("15550100")
    ('4040', '15550100', '15550100')
    """
    return number.removeprefix("s").removeprefix("+").replace(" ", "")


def _call(kind: str, name: str, content: bytes, known: dict[str, str] | None = None) -> Hook:
    return Hook(kind, "FILE", name, known or {}, (), (), content)
