"""The gateway's power goes at any write, while Redis and a worker on another machine go on."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.soak import judging
from tests.soak.life import Life
from tests.soak.test_power_cuts import CUTS, ONE_LIFE, SEED, is_lost
from tests.surroundings.redis import RedisServer

LIVES = [SEED * 1000 + 900 + number for number in range(-(-CUTS // 500))]


@pytest.fixture
def worker(own_redis: RedisServer) -> Iterator[Callable[[Path, int], None]]:
    """Start a worker that notes what it was handed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(notes: Path, seed: int) -> None:
        words = [own_redis.url, str(notes), str(seed)]
        command = [sys.executable, "-m", "tests.soak.elsewhere", *words]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"ready\n"

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.mark.parametrize("seed", LIVES)
def test_a_power_cut_beside_redis_loses_and_doubles_nothing(
    driver, tmp_path, own_redis, worker, counted, seed
):
    one = Life(tmp_path / "life", driver, seed, redis=own_redis.url)
    worker(one.notes, seed)
    for _ in range(ONE_LIFE):
        assert not is_lost(*one.cut()), one.where
    one.end()
    stored, noted = one.look()
    counted("power cuts beside Redis", **one.counts())
    assert judging.findings(stored, noted, one.claimed) == {}, one.where
    assert one.lacks(but=("early",)) == [], one.where


def test_beside_redis_a_gateway_that_goes_on_where_it_was_cut_doubles_some(
    driver, tmp_path, own_redis, worker
):
    one = Life(tmp_path / "life", driver, SEED, "resume", own_redis.url)
    worker(one.notes, SEED)
    assert any(judging.doubled(*one.cut()) for _ in range(ONE_LIFE))
