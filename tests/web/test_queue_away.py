"""Redis goes and comes back while a gateway runs: whoever looks is told."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from redis import Redis

from gateway import queue
from gateway.context import Gateway
from gateway.engine import Engine
from gateway.queue import CarrierDown
from gateway.settings import Settings
from tests.journeys.waiting import until
from tests.queue.stage import batch_of
from tests.web.people import Browser
from tests.web.programs import add_channel

Sit = Callable[[str], Browser]


@pytest.fixture(params=["wait", "threads"])
def settings(settings: Settings, own_redis, request: pytest.FixtureRequest) -> Settings:
    more = {"GATEWAY_REDIS": own_redis.url, "GATEWAY_REDIS_AWAY": request.param}
    return Settings({**settings.values, **more})


@pytest.fixture
def engine(gw: Gateway) -> Iterator[Engine]:
    engine = Engine(gw)
    engine.start()
    yield engine
    engine.stop()


def test_the_overview_and_monitoring_say_that_the_queue_is_away(
    sit: Sit, gw: Gateway, engine: Engine, own_redis
) -> None:
    seat = sit("operator")
    seat.client.application.extensions["engine"] = engine
    assert "Redis" not in seat.get("/").text
    assert "gateway_carrier_up 1\n" in seat.get("/metrics").text
    own_redis.stop()
    until(engine.carrier.away, "it is missed")
    page = seat.get("/").text
    assert "The queue, Redis, is away or full" in page
    instead = "what can be is sent from this machine meanwhile"
    assert (instead in page) == (gw.settings["REDIS_AWAY"] == "threads")
    assert "gateway_carrier_up 0\n" in seat.get("/metrics").text
    well = seat.get("/healthz")
    assert (well.status_code, well.text) == (200, "ok\nqueue: Redis is away, or full\n")
    own_redis.start()
    until(lambda: not engine.carrier.away(), "it is back")
    assert "Redis" not in seat.get("/").text
    assert seat.get("/healthz").text == "ok\n"


def test_a_redis_that_is_full_counts_as_away(gw: Gateway, engine: Engine, own_redis) -> None:
    if gw.settings["REDIS_AWAY"] == "threads":
        add_channel(gw)
    with Redis.from_url(own_redis.url) as redis:
        redis.config_set("maxmemory", "1")
        with suppress(CarrierDown):
            engine.carrier.hand(batch_of(1, channel="sim"))
    assert engine.carrier.away()
    assert not engine.carrier.refuses("sim")  # it is asked again
    assert not queue.answers(own_redis.url)
