"""A clock nobody vouches for is told on every page; who comes back reads what became of things."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway import submit
from gateway.app import make_app
from gateway.clock import Clock, Machine, keeping
from gateway.context import Gateway
from gateway.domain.messages import Class, State
from gateway.engine import Engine
from gateway.store import away, outbox
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.programs import Program, add_channel
from tests.web.rows import fill

Sit = Callable[[str], Browser]

BANNER = "Nobody knows what time it is here."
HOUR = 3600.0
AFTER = 6_000


@pytest.fixture
def doubtful(gw: Gateway) -> Gateway:
    """A gateway on a machine without a battery clock that was just switched on."""
    machine = Machine(
        shows=lambda: 40.0,
        steady=lambda: 10.0,
        synchronised=lambda: False,
        battery=lambda: False,
        boot=lambda: "second",
    )
    gw.time = Clock(machine)
    keeping.begin(gw.store, gw.time)
    keeping.review(gw.store, gw.time)
    gw.clock = gw.time.now
    return gw


def test_every_page_warns_and_the_doors_say_so(doubtful: Gateway, sit: Sit) -> None:
    visitor = Browser(doubtful)
    assert BANNER in visitor.get("/sign-in").text
    assert "/clock" not in visitor.get("/sign-in").text
    sita = sit("operator")
    for page in ("/", "/alerts", "/feedback", "/channels", "/password", "/no/such/page"):
        assert BANNER in sita.get(page).text, page
    assert "gateway_clock_trusted 0" in visitor.get("/metrics").text


def test_a_gateway_in_doubt_is_well_and_says_that_it_doubts(doubtful: Gateway) -> None:
    engine = Engine(doubtful)
    engine.start()
    app = make_app(doubtful)
    app.extensions["engine"] = engine
    answer = app.test_client().get("/healthz")
    engine.stop()
    assert (answer.status_code, answer.text) == (200, "ok\nclock: not trusted (too_early)\n")


def test_a_person_says_what_time_it_is(doubtful: Gateway, sit: Sit) -> None:
    sita = sit("operator")
    at = datetime.fromtimestamp(NOW + 72 * HOUR, ZoneInfo("Asia/Kathmandu"))
    typed = at.replace(tzinfo=None, second=0).isoformat(timespec="minutes")
    assert sita.post("/clock", {"at": typed}, page="/clock").status_code == 303
    assert doubtful.clock_trusted()
    assert doubtful.clock() == pytest.approx(NOW + 72 * HOUR, abs=60)
    page = sita.get("/clock")
    assert page.status_code == 200  # still signed in, though three days have passed
    assert BANNER not in page.text
    assert "Somebody here said what time it is." in page.text
    assert "gateway_clock_trusted 1" in sita.get("/metrics").text
    row = doubtful.store.read.execute("SELECT by, act FROM audit ORDER BY id DESC").fetchone()
    assert tuple(row) == ("user:sita", "clock.trust")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tomorrow", "Write the day and the hour"),
        ("2026-11-21", "Write the day and the hour"),
        ("2006-11-21T18:00", "Look at the year"),
        ("2062-11-21T18:00", "Look at the year"),
        ("", "Look at the year"),  # what the machine shows: 1970
    ],
)
def test_a_time_that_cannot_be_is_refused(doubtful: Gateway, sit: Sit, typed, said) -> None:
    answer = sit("operator").post("/clock", {"at": typed}, page="/clock")
    assert answer.status_code == 422
    assert said in answer.text
    assert not doubtful.clock_trusted()


def test_a_time_written_in_doubt_is_shown_as_uncertain(doubtful: Gateway, sit: Sit) -> None:
    ada = sit("administrator")
    assert "(uncertain)" in ada.get("/audit").text
    keeping.confirm(doubtful.store, doubtful.time, "user:ada", NOW + HOUR)
    assert "(uncertain)" in ada.get("/audit").text
    assert "(uncertain)" not in ada.get("/channels").text


def absent(gw: Gateway) -> None:
    """Three days without a line: an emergency was over before it could go, and somebody left."""
    add_channel(gw)
    for class_, expires in ((Class.EMERGENCY, NOW + 6 * HOUR), (Class.NORMAL, None)):
        order = submit.Order(["+15550100"], "Leave now.", class_=class_, expires_at=expires)
        submit.submit(gw, "cli", order)

    def three_days_later(db) -> None:
        db.execute(
            "INSERT INTO consent (number_key, state, how, at) VALUES ('k', 'out', 'sms', ?)",
            (NOW + 50 * HOUR,),
        )
        away.add(db, 1, NOW, NOW + 72 * HOUR)
        outbox.end(db, 1, State.EXPIRED, "expired", NOW + 72 * HOUR)

    gw.store.write(three_days_later)


def test_who_comes_back_reads_what_became_of_things(gw: Gateway, sit: Sit) -> None:
    absent(gw)
    sita = sit("operator")
    assert "While you were away" in sita.get("/").text
    page = sita.get("/away").text
    assert "Nothing could be sent from" in page
    assert "out-1" in page
    assert "Waiting now" in page
    last = gw.store.read.execute("SELECT max(id) FROM away").fetchone()[0]
    assert sita.post("/away", {"last": str(last)}, page="/away").status_code == 303
    assert "While you were away" not in sita.get("/").text
    assert "Nothing to tell" in sita.get("/away").text


def test_of_much_that_expired_the_emergency_is_listed_first(gw: Gateway, sit: Sit) -> None:
    absent(gw)
    numbers = [f"+447700900{n:03}" for n in range(40)]
    order = submit.Order(numbers, "Water at four.", expires_at=NOW + 7 * HOUR)
    submit.submit(gw, "cli", order)
    ends = NOW + 8 * HOUR
    late = submit.Order(["+447700900099"], "Up!", class_=Class.EMERGENCY, expires_at=ends)
    submit.submit(gw, "cli", late)

    def expire(db) -> None:
        ids = [row["id"] for row in db.execute("SELECT id FROM outbox WHERE state = 'queued'")]
        outbox.end_all(db, [(id, State.EXPIRED, "expired") for id in ids], NOW + 72 * HOUR)

    gw.store.write(expire)
    listed = re.findall(r"<code>(out-\d+)</code>", sit("operator").get("/away").text)
    assert (listed[:3], len(listed)) == (["out-1", "out-43", "out-2"], 25)


def test_what_came_after_the_page_was_read_is_not_put_away_with_it(gw: Gateway, sit: Sit) -> None:
    absent(gw)
    gw.store.write(lambda db: away.add(db, None, NOW + 80 * HOUR, NOW + 90 * HOUR))
    sita = sit("operator")
    sita.post("/away", {"last": "1"}, page="/away")
    assert "The gateway itself" in sita.get("/away").text


def test_a_program_reads_it_too(gw: Gateway) -> None:
    program = Program(gw, "auditor")
    nothing: Any = program.call("GET", "/away").json
    assert nothing["periods"] == []
    assert nothing["clock_trusted"] is True
    absent(gw)
    told: Any = program.call("GET", "/away").json
    assert [one["channel"] is not None for one in told["periods"]] == [True]
    counts = {name: told[name] for name in ("came_in", "expired", "left", "sent", "waiting")}
    assert counts == {"came_in": 0, "expired": 1, "left": 1, "sent": 0, "waiting": {"normal": 1}}


def test_pages_stay_light_with_all_of_it(doubtful: Gateway, sit: Sit) -> None:
    fill(doubtful, doubtful.clock())
    at = doubtful.clock()

    def much(db) -> None:
        for n in range(12):
            away.add(db, 1 + n % 3, at - n, at)
        db.execute("UPDATE outbox SET state = 'expired', expires_at = ?, final_at = ?", (at, at))

    doubtful.store.write(much)
    ada = sit("administrator")
    ada.post("/language", {"language": "ar"}, page="/")
    pages = ("/", "/away", "/clock", "/audit", "/feedback", "/alerts/1", "/contacts", "/users")
    gzip = {"Accept-Encoding": "gzip"}
    weights = {page: len(ada.get(page, headers=gzip).data) for page in pages}
    assert {page: weight for page, weight in weights.items() if weight > AFTER} == {}
