"""Redis goes and comes back while a gateway runs: whoever looks is told."""

from collections.abc import Callable, Iterator

import pytest

from gateway.context import Gateway
from gateway.engine import Engine
from gateway.settings import Settings
from tests.journeys.waiting import until
from tests.web.people import Browser

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
    assert "does not answer" not in seat.get("/").text
    assert "gateway_carrier_up 1\n" in seat.get("/metrics").text
    own_redis.stop()
    until(engine.carrier.away, "it is missed")
    page = seat.get("/").text
    assert "The queue, Redis, does not answer" in page
    instead = "what can be is sent from this machine meanwhile"
    assert (instead in page) == (gw.settings["REDIS_AWAY"] == "threads")
    assert "gateway_carrier_up 0\n" in seat.get("/metrics").text
    well = seat.get("/healthz")
    assert (well.status_code, well.text) == (200, "ok\nqueue: Redis does not answer\n")
    own_redis.start()
    until(lambda: not engine.carrier.away(), "it is back")
    assert "does not answer" not in seat.get("/").text
    assert seat.get("/healthz").text == "ok\n"
