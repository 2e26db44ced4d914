"""A writable store with the codebook, a channel and a person."""

import sqlite3

import pytest

from gateway.store import Store, channels, codes, contacts, create

NOW = 1_800_000_000.0


@pytest.fixture
def db(tmp_path):
    """A writable store with the codebook, a channel and a person."""
    create(tmp_path / "gateway.db")
    store = Store(tmp_path / "gateway.db")
    made = sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)
    made.row_factory = sqlite3.Row
    made.execute("PRAGMA foreign_keys = ON")
    codes.load_default(made)
    channels.add(made, "sim", "simulator", "4040", "{}", NOW)
    contacts.add(made, "phone", "+15550100", "key", NOW, channel=1)
    yield made
    made.close()
    store.close()
