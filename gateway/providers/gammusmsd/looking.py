"""What lies in the folders of gammu-smsd, and what becomes of each file once it is on disk here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from gateway.providers import Garbled, Hook, HookError
from gateway.providers.fetching import Found
from gateway.providers.folder import Folder, read
from gateway.providers.gammusmsd import names

HEARD = "gateway/heard"  # where calls of RunOnReceive are put


class Looking:
    """Looks through the folders; files go away only when `done` is called for them."""

    def __init__(self, folder: Folder, clock: Callable[[], float]) -> None:
        self._folder, self._clock = folder, clock
        self._taken: set[Path] = set()

    def found(self) -> Iterator[Found]:
        """Yield what smsd sent or could not send, then what came."""
        for place in ("sent", "error"):
            for path in self._still(place, "OUT"):
                if _is_ours(path.name):
                    yield self._found([path], _call("receipt", place, path, read(path)))
        still = {path.name: path for path in self._still("inbox", "IN")}
        for files in names.whole(still).values():
            yield self._message([still[name] for name in files])
        for path in self._still(HEARD, ""):
            yield self._found([path], _call("message", "heard", path, read(path)))

    def _still(self, place: str, prefix: str) -> Iterator[Path]:
        for path in self._folder.still(place, prefix, self._clock()):
            if path not in self._taken:
                yield path

    def _message(self, paths: Sequence[Path]) -> Found:
        """Put the files of one text together: they are written at once, one for each part."""
        text = "".join(names.text(read(path)) for path in paths)
        call = _call("message", "inbox", paths[0], names.octets(text))
        return self._found(paths, replace(call, headers={"mark": names.mark(text)}))

    def _found(self, paths: Sequence[Path], call: Hook) -> Found:
        return Found(call, partial(self._done, paths))

    def _done(self, paths: Sequence[Path], refused: HookError | None) -> None:
        for path in paths:
            self._taken.add(path)  # it is on disk: whether it can be taken away or not
            if refused:
                self._folder.aside(path, str(refused))
            else:
                path.unlink(missing_ok=True)
            self._taken.discard(path)


def _is_ours(name: str) -> bool:
    try:
        names.went(name)
    except Garbled:
        return False
    return True


def _call(kind: str, place: str, path: Path, content: bytes) -> Hook:
    return Hook(kind, "FILE", f"{place}/{path.name}", {}, (), (), content)
