"""All workers of a channel are killed: the gateway says so, and what waits goes by another."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from redis import Redis

from gateway.queue.keys import Keys
from gateway.queue.presence import ALIVE
from tests.journeys.conftest import Make, StartWorker
from tests.journeys.process import GatewayProcess
from tests.journeys.test_another_channel import PEOPLE, WARNED, Network, Town
from tests.surroundings.redis import RedisServer

SERVING = Keys().serving("first")
LONG_AGO = "UPDATE outbox SET claimed_at = claimed_at - 400 WHERE state = 'claimed'"
QUEUED = "rq:queue:" + Keys().queue("first", urgent=False)


@dataclass
class Country:
    """A gateway whose first channel has workers elsewhere; the second one's worker stays."""

    town: Town
    redis: Any
    start: Callable[[str], Any]

    def kill_workers(self) -> None:
        """Kill them all, and let the sign they gave last be over: that takes half a minute."""
        self.waits(lambda: self.redis.zcard(SERVING) == 1, "a worker for the first")
        self.workers.kill()
        self.workers.wait()
        for name, alive in self.redis.zrange(SERVING, 0, -1, withscores=True):
            self.redis.zadd(SERVING, {name: alive - ALIVE - 1})

    def __post_init__(self) -> None:
        self.workers = self.start("first")
        self.waits = self.town.waits
        self.start("second")

    @property
    def gateway(self) -> GatewayProcess:
        return self.town.gateway

    def checked(self) -> str:
        return self.gateway.try_command("check").stdout


@pytest.fixture
def country(
    request: pytest.FixtureRequest, make: Make, worker: StartWorker, own_redis: RedisServer
) -> Iterator[Country]:
    first, second = Network().begin(), Network().begin()
    away = getattr(request, "param", "wait")
    gateway = make(REGION="GB", REDIS=own_redis.url, REDIS_AWAY=away)
    for name, network in (("first", first), ("second", second)):
        gateway.add_channel(name, "kannel", network, "1234")
    token = gateway.add_token("field", "operator")
    gateway.start()
    redis = Redis.from_url(own_redis.url)
    yield Country(
        Town(gateway, first, second, token), redis, lambda channel: worker(gateway, channel)
    )
    redis.close()
    for network in (first, second):
        with suppress(OSError):
            network.die()


def test_a_channel_whose_workers_were_killed_is_left_until_one_is_back(country: Country) -> None:
    town = country.town
    town.write_to(PEOPLE[:1])
    town.waits(lambda: town.at("sent") == {PEOPLE[0]}, "a worker sends")
    country.kill_workers()
    town.write_to(PEOPLE[1:20])
    town.waits(town.is_down, "that nobody serves it is noticed")
    assert "no worker serves this channel" in country.checked()
    assert "no worker serves it" in town.gateway.log()

    town.waits(lambda: not town.at("claimed"), "what lay in the queue is taken back")
    assert country.redis.llen(QUEUED) == 0
    town.write_to(WARNED, "emergency")
    town.waits(lambda: town.got(town.second) == set(WARNED), "the emergencies, at once")
    assert town.at("queued") == set(PEOPLE[1:20])
    town.later(600)
    town.waits(lambda: town.got(town.second) == {*WARNED, *PEOPLE[1:20]}, "all the others")

    country.start("first")
    town.waits(lambda: not town.is_down(), "a worker is back")
    town.write_to(PEOPLE[20:30])
    town.waits(lambda: town.got(town.first) >= set(PEOPLE[20:30]), "it sends again")
    assert set(town.copies().values()) == {1}
    assert not any(number in town.gateway.log() for number in [*PEOPLE, *WARNED])


@pytest.mark.parametrize("emptied", [True, False], ids=["emptied", "gone"])
def test_what_lay_in_redis_goes_all_the_same_and_once(
    country: Country, own_redis: RedisServer, emptied: bool
) -> None:
    town = country.town
    country.kill_workers()
    town.write_to(PEOPLE[:20])
    town.waits(lambda: town.at("claimed"), "some of it lies in Redis")
    country.redis.flushall() if emptied else own_redis.stop()
    with town.gateway.long_ago() as db:
        db.execute(LONG_AGO)
    town.waits(lambda: not town.at("claimed"), "it is missed, and queued again")
    if not emptied:
        own_redis.start()
    country.start("first")
    town.waits(lambda: town.copies().keys() == set(PEOPLE[:20]), "all of it has gone")
    assert set(town.copies().values()) == {1}
    assert not town.at("unknown") | town.at("unknown", "second")


@pytest.mark.parametrize("country", ["threads"], indirect=True)
def test_the_gateway_sends_itself_what_has_no_worker_if_it_may(country: Country) -> None:
    town = country.town
    country.kill_workers()
    town.write_to(PEOPLE[:20])
    town.waits(lambda: town.at("sent") == set(PEOPLE[:20]), "it sends itself")
    assert town.got(town.first) == set(town.copies()) == set(PEOPLE[:20])
    assert not town.is_down()
    assert "is sent from here" in country.checked()
