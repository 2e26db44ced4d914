"""A gateway as it is run, and programs of others beside it, all ended at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import make
from tests.peers.running import Programs

__all__ = ["make"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Start programs in a folder of their own; what still runs at the end is ended."""
    folder: Path = tmp_path_factory.mktemp("peer")
    with Programs(folder) as started:
        yield started
