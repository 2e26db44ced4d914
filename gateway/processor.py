"""One processor for the threads of the gateway that take turns with the interpreter.

Only one of them runs at a time. Spread over several processors, each that has its turn is woken
on another one, where nothing it needs is at hand (docs/decisions/0016-one-processor.md). What
works without the interpreter for long (the web server's own threads, a long statement) goes where
there is room. A thread that is started stays where the one that starts it is.
"""

import os
from contextlib import suppress

_all: set[int] = set()
_home: set[int] = set()


def choose(apart: bool = False) -> None:
    """Choose the processor of this process, the last it may use, and stay there.

    A worker stays `apart`, on one of the others: it may run beside the gateway. Where there is but
    one, or the system lets nobody choose, nothing is done here at all.
    """
    if hasattr(os, "sched_setaffinity"):
        _all.update(os.sched_getaffinity(0))
        *others, last = sorted(_all)
        if others:
            _home.add(others[os.getpid() % len(others)] if apart else last)
    stay()


def stay() -> None:
    """Keep the calling thread, and those it starts from now on, on the chosen processor."""
    _go(_home)


def roam() -> None:
    """Let the calling thread, and those it starts from now on, run on any again."""
    _go(_all)


def leave() -> None:
    """Have the calling thread run beside those that stay: if it only may, it hardly moves."""
    _go(_all - _home)


def _go(where: set[int]) -> None:
    if _home:
        # Who takes processors away from a running process decides; nothing depends on this.
        with suppress(OSError):
            os.sched_setaffinity(0, where)
