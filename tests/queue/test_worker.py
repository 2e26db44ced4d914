"""The worker as it is run: a process with the key, no database, and the simulator."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gateway.domain.messages import Batch, Outcome
from gateway.queue.keys import Keys, connect
from gateway.queue.line import Line
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.reporter import Reporter
from gateway.sealing import Sealer
from gateway.worker import Sender
from tests.queue.stage import Paper, batch_of, collect, results, served, until

KEY = bytes(range(32))
MAIN = """
import logging, sys
from gateway.worker import main
logging.basicConfig(level=logging.INFO)
sys.exit(main(sys.argv[1], sys.argv[3:], bytes(range(32)), burst=sys.argv[2] == "burst"))
"""

Start = Callable[..., subprocess.Popen]


def sealed(batch: Batch, key: bytes = KEY, **settings: str) -> Batch:
    return replace(batch, settings=Sealer(key).seal(settings))


@pytest.fixture
def start(own_redis) -> Iterator[Start]:
    """Start a worker process; those left are killed at the end."""
    started: list[subprocess.Popen] = []

    def start(mode: str, *channels: str) -> subprocess.Popen:
        command = [sys.executable, "-c", MAIN, own_redis.url, mode, *channels]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


def test_a_worker_sends_what_is_queued_for_its_channels_only(own_redis, start):
    carrier = RedisCarrier(own_redis.url, Paper())
    mine, other = sealed(batch_of(3, "one")), sealed(batch_of(1, "two"))
    carrier.hand(mine)
    carrier.hand(other)
    worker = start("burst", "one")
    found = results(collect(carrier, mine))
    assert {result.reference for result in found} == {f"sim-{m.id}" for m in mine.messages}
    assert worker.wait(10) == 0
    assert carrier.holds(other.id) is True


def test_sigterm_finishes_what_is_begun_and_leaves_the_next(own_redis, start):
    paper = Paper()
    carrier = RedisCarrier(own_redis.url, paper)
    batch, later = sealed(batch_of(20), latency_ms="800"), sealed(batch_of(1))
    carrier.hand(batch)
    carrier.hand(later)
    worker = start("stay", "one")
    served(carrier, lambda: batch.id in paper.begun)
    worker.terminate()
    assert worker.wait(10) == 0
    found = results(collect(carrier, batch))
    assert [result.outcome for result in found] == [Outcome.ACCEPTED] * 20
    assert carrier.holds(later.id) is True


def test_sigterm_begins_no_further_portion(own_redis, start):
    paper = Paper()
    carrier = RedisCarrier(own_redis.url, paper)
    batch = replace(sealed(batch_of(20), latency_ms="800"), portion=10)
    carrier.hand(batch)
    worker = start("stay", "one")
    served(carrier, lambda: batch.id in paper.begun)
    worker.terminate()
    assert worker.wait(10) == 0
    outcomes = [result.outcome for result in results(collect(carrier, batch))]
    assert outcomes == [Outcome.ACCEPTED] * 10 + [Outcome.TRANSIENT] * 10


def test_an_idle_worker_ends_within_a_second_or_two_of_sigterm(start):
    worker = start("stay", "one", "two")
    assert "serving one, two" in worker.stderr.readline()
    worker.terminate()
    assert worker.wait(3) == 0


def test_a_worker_waits_for_a_redis_that_is_not_there_yet(own_redis, start):
    own_redis.stop()
    worker = start("stay", "one")
    assert "serving one" in worker.stderr.readline()
    assert "Redis does not answer (ConnectionError)" in worker.stderr.readline()
    own_redis.start()
    carrier, batch = RedisCarrier(own_redis.url, Paper()), sealed(batch_of(2))
    carrier.hand(batch)
    assert len(results(collect(carrier, batch))) == 2
    assert "Redis answers again" in worker.stderr.readline()


@pytest.mark.parametrize(
    "spoilt",
    [
        sealed(batch_of(2), key=bytes(32)),
        replace(sealed(batch_of(2)), provider="carrier-pigeon"),
    ],
    ids=["another key", "no such provider"],
)
def test_what_cannot_be_opened_stops_the_channel_and_loses_nothing(spoilt, caplog):
    outcomes = [result.outcome for result in Sender(KEY)(spoilt)]
    assert outcomes == [Outcome.ACCOUNT] * 2
    assert "channel one cannot be made here" in caplog.text
    assert "+1555" not in caplog.text


def test_a_provider_is_kept_until_its_settings_change():
    sender = Sender(KEY)
    first = sender._provider(sealed(batch_of()))
    assert sender._provider(sealed(batch_of())) is first
    assert sender._provider(sealed(batch_of(), latency_ms="1")) is not first


def test_a_batch_that_ended_does_not_count_again_when_another_begins(own_redis):
    carrier, keys = RedisCarrier(own_redis.url, Paper()), Keys("gateway")
    redis = connect(own_redis.url, 5.0)
    first, second = batch_of(1), batch_of(1)
    reporter = Reporter(redis, keys, Line())
    reporter.begin(first)
    assert carrier.waiting("one") == 1
    redis.zrem(keys.under_way("one"), first.id)  # its end is written, and the next begins
    reporter.begin(second)
    assert carrier.waiting("one") == 1
    reporter.add(second, None)
    until(lambda: carrier.waiting("one") == 0)
    assert reporter.close(5.0)
    redis.close()
