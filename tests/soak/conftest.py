"""Counting faults, for `make soak` to write down."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Counted = Callable[..., None]


@pytest.fixture
def counted() -> Counted:
    """Note what a family of faults came to, in the file that SOAK_COUNTS names.

    Counts: faults, unsynced, in_flight, accepted_in, accepted_out, lost_in, lost_out, doubled,
    extra_emergencies. Those of one family are added up.
    """
    file = os.environ.get("SOAK_COUNTS", "")

    def note(family: str, **counts: int) -> None:
        if file:
            with Path(file).open("a", encoding="utf-8") as notes:
                notes.write(json.dumps({"family": family, **counts}) + "\n")

    return note
