"""A Redis that is started again with what it held: for all anybody knows it went back in time."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from gateway.domain.messages import Class, Outcome
from gateway.queue.keys import Keys
from gateway.queue.on_redis import RedisCarrier
from tests.queue.stage import Paper, Recording, batch_of, collect, results, until, working


@contextmanager
def redis_with_a_memory(own_redis, tmp_path) -> Iterator[Callable[[], None]]:
    """Turn the test's Redis into one that comes back, when called, with what it held."""
    memory = ["--appendonly", "yes", "--appendfsync", "always"]

    def start() -> subprocess.Popen:
        command = [own_redis.binary, "--port", str(own_redis.port), "--dir", str(tmp_path)]
        process = subprocess.Popen([*command, *memory], stdout=subprocess.DEVNULL)
        with Redis.from_url(own_redis.url) as redis:
            until(lambda: answers(redis))
        return process

    own_redis.stop()
    running = [start()]

    def again() -> None:
        running[-1].kill()
        running[-1].wait()
        running.append(start())

    yield again
    running[-1].kill()
    running[-1].wait()


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except OSError:
        return False
    except Exception as error:
        return type(error).__name__ not in {"ConnectionError", "BusyLoadingError"}


@pytest.mark.parametrize(
    ("class_", "outcome", "begun"),
    [(Class.NORMAL, Outcome.ACCEPTED, 1), (Class.EMERGENCY, Outcome.UNKNOWN, 0)],
)
def test_what_an_earlier_run_of_redis_held_is_sent_if_it_was_surely_not_begun(
    own_redis, tmp_path, class_, outcome, begun
):
    with redis_with_a_memory(own_redis, tmp_path) as again:
        carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
        batch, queue = batch_of(2, class_=class_), Keys().queue("one", bool(not begun))
        carrier.hand(batch)
        again()  # for all we know it went back in time, and the batch was sent before
        with Redis.from_url(own_redis.url) as redis:
            assert redis.lrange(f"rq:queue:{queue}", 0, -1) == [batch.id.encode()]
        assert carrier.holds(batch.id) is False
        assert carrier.take_back(batch.id) is False
        with working(own_redis.url, carry, "gateway"):
            found = results(collect(carrier, batch))
    assert [result.outcome for result in found] == [outcome] * 2
    assert carry.begun == [batch.id] * begun
