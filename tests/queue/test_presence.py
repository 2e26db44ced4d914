"""A channel whose workers died is known to have none, and soon."""

import pytest
from redis.exceptions import RedisError

from gateway.queue.keys import Keys, connect
from gateway.queue.presence import ALIVE, PATIENCE, SURE, Presence, Roll
from gateway.worker import Worker
from tests.queue.stage import accept, until, working

ONE = "one"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Office:
    """Redis, the clock of whoever looks, and what workers have signed."""

    def __init__(self, url: str) -> None:
        self.url, self.keys, self.redis = url, Keys("gateway"), connect(url, 3.0)
        self.clock = Clock()
        self.roll = Roll(self.redis, self.keys, self.clock)

    def left(self, after: float = 0.0) -> frozenset[str]:
        self.clock.now += after
        return self.roll.call([ONE])

    @property
    def signs(self) -> int:
        return self.redis.zcard(self.keys.serving(ONE))

    def later(self, seconds: float = ALIVE + 1) -> None:
        """Let every sign be so much older."""
        for name, until_then in self.redis.zrange(self.keys.serving(ONE), 0, -1, withscores=True):
            self.redis.zadd(self.keys.serving(ONE), {name: until_then - seconds})


@pytest.fixture
def office(own_redis):
    made = Office(own_redis.url)
    yield made
    made.redis.close()


def test_a_channel_with_a_worker_is_served(office):
    with working(office.url, accept, "gateway"):
        until(lambda: office.signs == 1)
        assert office.left() == office.left(1000.0) == frozenset()


def test_a_worker_that_was_killed_is_missed_once_its_sign_is_over(office, process):
    worker = process.start(0.0)
    until(lambda: office.signs == 1)
    worker.kill()
    worker.wait()
    assert office.left(1000.0) == frozenset()
    office.later()
    assert office.left() == office.left(SURE - 0.1) == frozenset()
    assert office.left(0.2) == {ONE}
    process.start(0.0)
    until(lambda: office.left() == frozenset())


def test_one_worker_of_two_is_enough(office, process):
    first, _ = process.start(0.0), process.start(0.0)
    until(lambda: office.signs == 2)
    first.kill()
    with working(office.url, accept, "gateway"):
        office.left()
        assert office.left(1000.0) == frozenset()


def test_workers_that_are_started_anew_are_waited_for(office):
    with working(office.url, accept, "gateway"):
        until(lambda: office.signs == 1)
    assert office.signs == 0
    assert office.left() == office.left(PATIENCE - 1) == frozenset()
    assert office.left(2.0) == {ONE}


def test_a_worker_that_comes_again_when_it_is_called_counts_as_there(office):
    assert Worker(office.url, [ONE], accept).run(burst=True)
    office.later(600)
    office.left()
    assert office.left(1000.0) == frozenset()


def test_a_worker_for_a_channel_there_is_none_of_says_so_once(office, caplog):
    office.roll.call(["radio", "phone"])
    here = Presence(connect(office.url, 3.0), office.keys, ["phome", "phone"])
    try:
        assert here._compare()
        assert here._compare()
        (told,) = [record.getMessage() for record in caplog.records]
        assert told == "the gateway sends nothing by workers on phome. It does on: phone, radio"
        office.roll.call(["phome", "phone"])
        assert here._compare()
        office.roll.call(["phone"])
        assert here._compare()
        assert len(caplog.records) == 2
    finally:
        here._redis.close()


def test_a_worker_that_is_there_before_the_gateway_says_nothing(office, caplog):
    with working(office.url, accept, "gateway"):
        until(lambda: office.signs == 1)
    assert not caplog.records


def test_a_redis_that_was_away_gives_workers_time_to_find_back(office, own_redis):
    office.left()
    own_redis.stop()
    with pytest.raises(RedisError):
        office.left(1000.0)
    own_redis.start()
    assert office.left() == office.left(PATIENCE - 1) == frozenset()
    assert office.left(2.0) == {ONE}
    own_redis.stop()
    with pytest.raises(RedisError):
        office.left()
    own_redis.start()
    assert office.left() == {ONE}


def test_a_sign_is_given_again_as_soon_as_redis_is_back(office, own_redis):
    presence = Presence(office.redis, office.keys, [ONE])
    own_redis.stop()
    presence.start()
    own_redis.start()
    until(lambda: office.signs == 1)
    presence.close()
    assert office.signs == 0


def test_a_worker_whose_sign_of_presence_breaks_ends_and_is_started_anew(office, process):
    office.redis.sadd(office.keys.wanted, b"\xff")  # no name of a channel
    assert process.start(0.0).wait(10) == 1
