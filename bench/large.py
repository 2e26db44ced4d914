"""python -m bench.large: how long pages and claims take in a very large file.

It makes a store of so many people and messages, measures, and removes it. Ten million people and
a hundred million messages need a quarter of an hour and 27 GB of disk, and some more for sorting
where SQLITE_TMPDIR says. What was kept with --kept is measured again without being made again.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from uuid import uuid4

from werkzeug.test import TestResponse

from bench import report, served
from bench.behind import CLAIMED, claims
from bench.figures import Line, Spread, Target, markdown
from bench.filling import fill
from gateway import broadcast
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.settings import Settings
from gateway.store import check_whole, contacts, create, tokens, users
from tests.web.people import NAMES, Browser, add_people

ROUNDS = 5
LOOK_UPS = 1000
LOOK = 0.1  # seconds
OVER = "an alert that went out"
FOR_ALL = "an alert for everybody, to be approved"
# Pages, what they are called, and how many milliseconds they may take.
PAGES: tuple[tuple[str, str, float | None], ...] = (
    ("/feedback", "the inbox", 50),
    ("/", "the overview", None),
    ("/contacts", "the list of people", None),
    ("/contacts/4711", "one person", None),
    ("/alerts", "the list of alerts", None),
    ("/groups", "the groups", None),
    ("/areas", "the areas", None),
    ("/channels", "the channels", None),
    ("/metrics", "figures for monitoring", None),
)


def measure(folder: Path, people: int, messages: int) -> Iterator[Line]:
    """Make the store if it is not there, then ask it for all that staff and lanes ask for."""
    settings = _filled(folder, people, messages)
    gigabytes = settings.store.stat().st_size / 1e9
    yield Line(
        f"a file of {people:,} people and {messages:,} messages", "GB", Spread.of([gigabytes])
    )
    took = claims(settings.store, ROUNDS)
    yield Line(f"a claim of {CLAIMED:,} rows", "ms", Spread.of(took), None, _at_most(20))
    began = time.monotonic()
    check_whole(settings.store)
    yield Line("every page of it checked", "seconds", Spread.of([time.monotonic() - began]))
    began = time.monotonic()
    gw = open_gateway(settings)
    yield Line("opening it", "seconds", Spread.of([time.monotonic() - began]))
    with closing(gw.store):
        yield Line("a look-up by number", "ms", Spread.of(_look_ups(gw, people)), None, _at_most(1))
        yield from _pages(gw)


def _filled(folder: Path, people: int, messages: int) -> Settings:
    """Return a store that was made before, brought up to date, or make one."""
    began = time.monotonic()
    if folder.exists():
        settings = Settings.load(served.environment(folder, 0))
        create(settings.store)
        _tell(f"brought up to date in {time.monotonic() - began:.0f} s")
        return settings
    settings = served.prepare(folder)
    fill(settings.store, people, messages, time.time())
    _tell(f"filled in {time.monotonic() - began:.0f} s")
    return settings


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _at_most(limit: float | None) -> Target | None:
    return Target(limit, at_least=False) if limit else None


def _look_ups(gw: Gateway, people: int) -> list[float]:
    """Look people up by number, anyone of all; return milliseconds of each."""
    chance, took = random.Random(1), []
    for _ in range(LOOK_UPS):
        number = f"+999{chance.randint(1, people):09d}"
        began = time.monotonic()
        assert contacts.by_value(gw.store.read, number)
        took.append((time.monotonic() - began) * 1000)
    return took


def _pages(gw: Gateway) -> Iterator[Line]:
    """Read pages as an operator and as a program; the first time counts as one of several."""
    if not users.list_users(gw.store.read):
        add_people(gw)
    draft = Draft({"en": f"Flood. {uuid4().hex}"}, Audience(), Class.EMERGENCY, gw.clock() + 86400)
    everybody = broadcast.create(gw, "user:writer", draft)
    broadcast.submit(gw, "user:writer", everybody)
    token = gw.store.write(
        lambda db: tokens.add_token(db, uuid4().hex, "operator", None, gw.clock())
    )
    browser = Browser(gw)
    browser.sign_in(NAMES["operator"])
    for path, name, limit in PAGES:
        yield _line(name, partial(browser.get, path), limit)
    for id, name in ((1, OVER), (everybody, FOR_ALL)):
        ask = partial(browser.get, f"/alerts/{id}")
        yield _line(name, ask, None)
        yield Line(f"{name}: counted after", "seconds", Spread.of([_counted(ask)]))
        yield _line(f"{name}: then", ask, None)
    for number, name in (("+999000004711", "people by a number"), ("+9990", "by how it begins")):
        ask = partial(browser.post, "/contacts/find", {"number": number}, "/password")
        yield _line(name, ask, None)
    head = {"Authorization": f"Bearer {token}"}
    for path in ("messages", "contacts"):
        ask = partial(browser.get, f"/api/v1/{path}", headers=head)
        yield _line(f"a program's page of {path}", ask, None)


def _counted(ask: Callable[[], TestResponse]) -> float:
    """Return the seconds until a page shows what is counted beside it."""
    began = time.monotonic()
    while "they are being counted" in ask().text:
        time.sleep(LOOK)
    return time.monotonic() - began


def _line(name: str, ask: Callable[[], TestResponse], limit: float | None) -> Line:
    took = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        answer = ask()
        took.append((time.monotonic() - began) * 1000)
        assert answer.status_code == 200, name
    _tell(f"{name}: {Spread.of(took)} ms")
    return Line(name, "ms", Spread.of(took), None, _at_most(limit))


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--on", type=Path, help="a folder on the disk to measure", default="build")
    parser.add_argument("--kept", action="store_true", help="keep the store, or use the one there")
    parser.add_argument("--dry", action="store_true", help="print the table, write nothing down")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    asked = _asked(arguments)
    asked.on.mkdir(parents=True, exist_ok=True)
    if asked.kept:
        lines = list(measure(asked.on / "store", asked.contacts, asked.messages))
    else:
        with tempfile.TemporaryDirectory(prefix="large-", dir=asked.on) as place:
            lines = list(measure(Path(place) / "store", asked.contacts, asked.messages))
    table = markdown(lines)
    print(table)
    if not asked.dry:
        command = f"`python -m bench.large {' '.join(arguments)}`"
        report.put("large", f"{report.heading(command, asked.on)}\n\n{table}")


if __name__ == "__main__":
    main(sys.argv[1:])
