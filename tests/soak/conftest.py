"""A disk that forgets, the gateways on it, and counting faults for `make soak` to write down."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import served
from gateway import setup
from gateway.context import Gateway, open_gateway
from gateway.store import channels, tokens
from tests.soak.life import Driver
from tests.surroundings.reports import cannot_run

Counted = Callable[..., None]


@pytest.fixture
def counted() -> Counted:
    """Note what a family of faults came to, in the file that SOAK_COUNTS names.

    Counts: faults, unsynced, torn, in_flight, accepted_in, accepted_out, lost_in, lost_out,
    doubled, extra_emergencies, unknown, never_sent. Those of one family are added up.
    """
    file = os.environ.get("SOAK_COUNTS", "")

    def note(family: str, **counts: int) -> None:
        if file:
            with Path(file).open("a", encoding="utf-8") as notes:
                notes.write(json.dumps({"family": family, **counts}) + "\n")

    return note


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A data folder with one channel, and a token of a program."""
    folder = tmp_path_factory.mktemp("prepared") / "data"

    def more(gw: Gateway, db: sqlite3.Connection) -> None:
        other = channels.by_name(db, "twilio")
        assert other is not None
        channels.retire(db, other["id"], gw.clock())
        token = tokens.add_token(db, "soak", "operator", None, gw.clock())
        (folder / "token").write_text(token, encoding="ascii")

    gw = open_gateway(served.prepare(folder, rate=100_000.0, more=more))
    setup.load_demo(gw)
    gw.store.close()
    return folder


@pytest.fixture(scope="session")
def shim(tmp_path_factory) -> Path:
    """The disk that forgets, compiled; say so where that cannot be."""
    compiler = shutil.which("cc") or ""
    if not sys.platform.startswith("linux") or not compiler:
        cannot_run("Power cuts", "they need Linux and a C compiler")
    made, source = tmp_path_factory.mktemp("shim") / "a.so", Path(__file__).with_name("unsynced.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.fixture(scope="module")
def driver(prepared, shim) -> Iterator[Driver]:
    made = Driver(prepared, shim)
    yield made
    made.close()
