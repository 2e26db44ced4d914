"""What monitoring asks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway import send, submit
from gateway.app import make_app
from gateway.context import Gateway
from gateway.domain.messages import Class
from gateway.engine import Engine
from gateway.store import budgets, channels, claims, jobs, refused
from tests.web.conftest import NOW, Clock
from tests.web.programs import add_channel

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+')


@pytest.fixture
def engine(gw: Gateway) -> Iterator[Engine]:
    engine = Engine(gw)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def client(gw: Gateway) -> FlaskClient:
    return make_app(gw).test_client()


def test_a_gateway_that_is_well_says_so(client, engine):
    client.application.extensions["engine"] = engine
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_what_is_not_well_is_named(gw, client, engine):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "engine: not started\n")
    client.application.extensions["engine"] = engine
    engine.stop()
    told = client.get("/healthz")
    assert told.status_code == 503
    assert "engine: sweeper has stopped" in told.text
    gw.store.close()
    assert "writer: the thread that writes has stopped" in client.get("/healthz").text


def test_figures_tell_how_deep_the_queue_is_and_nothing_of_anybody(gw, client, clock: Clock):
    add_channel(gw)
    for class_ in (0, 2, 2):
        order = submit.Order(["+15550100"], "Water at the school.", class_=Class(class_))
        submit.submit(gw, "cli", order)
    clock.now += 5
    told = client.get("/metrics")
    lines = told.text.splitlines()
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert all(line.startswith("# ") or SAMPLE.fullmatch(line) for line in lines)
    for line in (
        "gateway_inbound_total 0",
        "gateway_outbox_total 3",
        'gateway_queue_depth{channel="sim",class="emergency"} 1',
        'gateway_queue_depth{channel="sim",class="normal"} 2',
        'gateway_queue_oldest_seconds{channel="sim",class="normal"} 5.0',
        'gateway_outbox_day{state="queued"} 3',
        'gateway_outbox_day{state="failed"} 0',
        'gateway_channel_up{channel="sim"} 1',
        "gateway_writer_up 1",
        "gateway_engine_up 0",
    ):
        assert line in lines
    assert "15550100" not in told.text
    assert "Water" not in told.text


def test_what_waits_is_counted_once_for_all_figures_and_not_for_ever(gw, client):
    add_channel(gw)
    many = """
        INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, created_at)
        WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 100002)
        SELECT '+15550100', 1, 3, ?, 'Seeds.', 1, 'gsm7', ? FROM t"""
    gw.store.write(lambda db: db.execute(many, (NOW, NOW)))
    asked: list[str] = []
    gw.store.read.set_trace_callback(asked.append)
    told = client.get("/metrics").text.splitlines()
    gw.store.read.set_trace_callback(None)
    assert 'gateway_queue_depth{channel="sim",class="bulk"} 100001' in told
    assert len([sql for sql in asked if "AS oldest" in sql]) == 1


def test_what_is_claimed_is_on_the_way_and_counted_once(gw, client):
    add_channel(gw)
    order = submit.Order(["+15550100", "+15550101", "+15550102"], "Water at the school.")
    submit.submit(gw, "cli", order)
    assert "gateway_messages_on_the_way 0" in client.get("/metrics").text.splitlines()
    gw.store.write(lambda db: claims.claim(db, 1, "b", NOW, 2, 10.0))
    asked: list[str] = []
    gw.store.read.set_trace_callback(asked.append)
    told = client.get("/metrics").text.splitlines()
    gw.store.read.set_trace_callback(None)
    assert "gateway_messages_on_the_way 2" in told
    assert 'gateway_queue_depth{channel="sim",class="normal"} 1' in told
    assert len([sql for sql in asked if "state = 'claimed'" in sql]) == 1


AGES = {
    # reason, due in so many seconds, sent before: how long it has waited
    "never tried": (None, -300.0, 0, 300.0),
    "for later": (None, 60.0, 0, 0.0),
    "tried in vain, due again in a minute": ("http_503", 60.0, 0, 400.0),
    "tried in vain, due a moment ago": ("http_401", -3.0, 0, 400.0),
    "waits for the morning": ("quiet hours", 60.0, 0, 0.0),
    "went, and came back by a receipt": ("30003", 60.0, 1, 0.0),
}


@pytest.mark.parametrize("case", AGES)
def test_to_be_tried_again_makes_nothing_young(gw, client, clock: Clock, case: str):
    reason, due, resends, waited = AGES[case]
    add_channel(gw)
    submit.submit(gw, "cli", submit.Order(["+15550100"], "Leave now.", class_=Class.EMERGENCY))
    clock.now += 400
    sql = "UPDATE outbox SET reason = ?, due_at = ?, resends = ?"
    gw.store.write(lambda db: db.execute(sql, (reason, clock.now + due, resends)))
    line = f'gateway_queue_oldest_seconds{{channel="sim",class="emergency"}} {waited}'
    assert line in client.get("/metrics").text.splitlines()


def test_what_the_gate_refused_is_counted_by_reason(gw, client):
    id = add_channel(gw)
    for day in ("2026-11-17", "2026-11-18"):
        gw.store.write(lambda db, day=day: refused.count(db, day, id, {(2, "quiet hours"): 4}))
    line = 'gateway_refused_total{reason="quiet hours",class="normal",channel="sim"} 8'
    lines = client.get("/metrics").text.splitlines()
    assert line in lines
    assert all(line.startswith("# ") or SAMPLE.fullmatch(line) for line in lines)


def test_a_channel_that_is_held_is_not_up(gw, client):
    id = add_channel(gw)
    gw.store.write(lambda db: channels.hold(db, id, gw.clock() + 60, "credit"))
    assert 'gateway_channel_up{channel="sim"} 0' in client.get("/metrics").text


def test_monitoring_needs_no_sign_in_and_leaves_no_cookie(client):
    for path in ("/healthz", "/metrics"):
        assert "Set-Cookie" not in client.get(path).headers


RULES = Path(__file__).parents[2] / "docs" / "prometheus-rules.yml"


def names_of(gw: Gateway, client: FlaskClient) -> set[str]:
    """Return every name that monitoring finds, of a gateway with a link, a job and credit."""
    counted = add_channel(gw)
    gw.store.write(lambda db: budgets.told(db, counted, 100.0, gw.clock()))
    line = add_channel(gw, "line")
    sealed = gw.sealer.seal({"host": "127.0.0.1", "system_id": "x", "password": "y"})
    sql = "UPDATE channel SET provider = 'smpp', settings = ?, enabled = 0 WHERE id = ?"
    gw.store.write(lambda db: db.execute(sql, (sealed, line)))
    gw.store.write(lambda db: jobs.add(db, "import_areas", "cli", gw.clock(), b"", 3))
    submit.submit(gw, "cli", submit.Order(["+15550100"], "Water at the school."))
    told = client.get("/metrics").text.splitlines()
    return {line.partition("{")[0].partition(" ")[0] for line in told if line[0] != "#"}


def asked_by_the_example_rules() -> list[str]:
    return re.findall(r"^ {8}expr: (.*(?:\n {10}.*)*)", RULES.read_text("utf-8"), re.MULTILINE)


def test_what_a_rule_joins_has_the_same_labels(gw, client, engine):
    """Prometheus finds no pair where one side has a label more, and then never says a word."""
    client.application.extensions["engine"] = engine
    names_of(gw, client)
    labels = {
        line.partition("{")[0]: set(re.findall(r'(\w+)="', line.partition("{")[2]))
        for line in client.get("/metrics").text.splitlines()
        if "{" in line and line[0] != "#"
    }
    joined = [re.split(r"\band (?!on)", expr) for expr in asked_by_the_example_rules()]
    for sides in joined:
        names = [name for side in sides for name in re.findall(r"\bgateway_\w+", side)]
        if len(sides) > 1:
            assert len({frozenset(labels.get(name, ())) for name in names}) == 1
            assert not any("ignoring" in side for side in sides)


def test_every_figure_the_example_rules_ask_for_is_told(gw, client, engine):
    client.application.extensions["engine"] = engine
    told = names_of(gw, client)
    asked = asked_by_the_example_rules()
    assert len(asked) >= 10
    names = {name for expr in asked for name in re.findall(r"\bgateway_\w+", expr)}
    assert names - told == set()
    assert len(names) >= 12


def test_every_figure_has_its_meaning_and_no_name_comes_twice(gw, client, engine):
    client.application.extensions["engine"] = engine
    names = names_of(gw, client)
    told = client.get("/metrics").text.splitlines()
    types = [line.split()[2] for line in told if line.startswith("# TYPE")]
    assert len(types) == len(set(types))
    parts = ("", "_bucket", "_sum", "_count")
    assert {
        name for name in names if not any(name in (t + p) for t in types for p in parts)
    } == set()
    samples = [line for line in told if line[0] != "#"]
    assert [line for line in samples if not FIGURE.fullmatch(line)] == []
    assert len(samples) == len({line.rpartition(" ")[0] for line in samples})


FIGURE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+')


def test_a_message_handed_over_is_counted_by_how_late_it_was(gw, client, clock: Clock):
    id = add_channel(gw)
    submit.submit(gw, "cli", submit.Order(["+15550100"], "Water.", class_=Class.EMERGENCY))
    clock.now += 4
    channel = gw.channels.by_id(id)
    assert send.prepare(gw, channel, 10, 10.0).claimed == 1
    lines = client.get("/metrics").text.splitlines()
    name, labels = "gateway_handed_over_seconds", 'class="emergency"'
    assert f'{name}_bucket{{{labels},le="2.5"}} 0' in lines
    assert f'{name}_bucket{{{labels},le="5"}} 1' in lines
    assert f"{name}_sum{{{labels}}} 4.0" in lines
    assert f"{name}_count{{{labels}}} 1" in lines


def test_commits_and_what_shares_them_are_counted(gw, client):
    before = gw.store.writer.units_done
    gw.store.write_together(lambda db, items: items, [1, 2, 3])
    assert gw.store.writer.units_done == before + 3
    commits = dict(gw.store.writer.commits.under())
    assert commits[float("inf")] > 0
    assert f"gateway_commit_seconds_count {commits[float('inf')]}" in client.get("/metrics").text


HELD = [
    ("on", {}),
    ("off", {"enabled": 0}),
    ("slow", {"held_until": NOW + 60}),
    ("slow", {"held_until": NOW + 7200, "held_for": "throttled"}),
    ("held", {"held_until": NOW + 7200}),
    ("held", {"held_until": NOW + 60, "held_for": "account"}),
    ("down", {"down_since": NOW - 60, "down_until": NOW + 60}),
]


@pytest.mark.parametrize("state, row", HELD)
def test_a_channel_is_in_one_state(gw, client, state: str, row: dict[str, object]):
    id = add_channel(gw)
    for name, value in row.items():
        sql = f"UPDATE channel SET {name} = ? WHERE id = ?"
        gw.store.write(lambda db, sql=sql, value=value: db.execute(sql, (value, id)))
    told = client.get("/metrics").text
    found = re.findall(r'gateway_channel_state\{channel="sim",state="(\w+)"\} 1', told)
    assert found == [state]
