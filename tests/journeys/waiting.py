"""Waiting for something to become true, and no longer."""

import time
from collections.abc import Callable

LOOK = 0.02


def until(
    true: Callable[[], object],
    what: str,
    seconds: float = 15.0,
    told: Callable[[], object] = str,
) -> None:
    """Come back when it is true; fail with what was waited for, and what was `told` then."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}\n{told()}"
        time.sleep(LOOK)
