"""What monitoring asks."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gateway import submit
from gateway.app import make_app
from gateway.context import Gateway
from gateway.domain.messages import Class
from gateway.engine import Engine
from gateway.store import channels
from tests.web.conftest import Clock
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


def test_a_channel_that_is_held_is_not_up(gw, client):
    id = add_channel(gw)
    gw.store.write(lambda db: channels.hold(db, id, gw.clock() + 60, "credit"))
    assert 'gateway_channel_up{channel="sim"} 0' in client.get("/metrics").text


def test_monitoring_needs_no_sign_in_and_leaves_no_cookie(client):
    for path in ("/healthz", "/metrics"):
        assert "Set-Cookie" not in client.get(path).headers
