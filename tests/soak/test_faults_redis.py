"""Redis is killed, emptied, paused and stopped, and workers are killed, while they carry."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import pytest
from redis import Redis

from gateway.queue.keys import Keys
from tests.journeys.process import GatewayProcess
from tests.providers.twilio_server import NUMBER
from tests.soak.stage import FAULTS, LONG, SEED, gateway_with
from tests.soak.traffic import CHANNEL, QUEUED, Traffic
from tests.soak.web_peer import WebPeer
from tests.surroundings.redis import RedisServer

LONG_AGO = "UPDATE outbox SET claimed_at = claimed_at - 1000 WHERE state = 'claimed'"
IMPATIENT = 3.5  # seconds: longer than the gateway waits for an answer


@dataclass
class Carrying:
    """A gateway, Redis and a worker between them, and what can happen to these."""

    gateway: GatewayProcess
    server: RedisServer
    chance: Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def work(self) -> None:
        words = [sys.executable, "-m", "gateway", "worker", "--channel", CHANNEL]
        environment = self.gateway.environment()
        with (self.gateway.data / "worker.log").open("ab") as log:
            self.workers.append(subprocess.Popen(words, env=environment, stdout=log, stderr=log))

    def worker_log(self) -> str:
        return (self.gateway.data / "worker.log").read_text(encoding="utf-8")

    # What happens

    def redis_killed(self) -> None:
        self.server.stop()
        time.sleep(0.2 + self.chance.random() / 2)
        self.server.start()

    def redis_emptied(self) -> None:
        with self.redis() as redis:
            redis.flushall()

    def redis_paused(self) -> None:
        seconds = self._moment()
        with self.redis() as redis:
            redis.client_pause(int(seconds * 1000))
        time.sleep(seconds)

    def redis_stopped(self) -> None:
        assert self.server.process
        self.server.process.send_signal(signal.SIGSTOP)
        time.sleep(self._moment())
        self.server.process.send_signal(signal.SIGCONT)

    def worker_killed(self) -> None:
        """Another takes over, and long afterwards nobody waits for the sign of the one before."""
        worker = self.workers.pop()
        worker.kill()
        worker.wait()
        with self.redis() as redis:
            redis.delete(Keys().under_way(CHANNEL))
        self.work()

    def _moment(self) -> float:
        """Mostly short; sometimes longer than anybody's patience."""
        return IMPATIENT if self.chance.random() < 0.1 else self.chance.random() / 3

    @contextmanager
    def redis(self) -> Iterator[Redis]:
        with Redis.from_url(self.server.url) as redis:
            yield redis

    def holds(self) -> int:
        """Count what is in Redis: batches queued and begun, and reports."""
        with self.redis() as redis:
            return int(redis.dbsize())


FAMILIES = [
    Carrying.redis_killed,
    Carrying.redis_emptied,
    Carrying.worker_killed,
    Carrying.redis_stopped,
    Carrying.redis_paused,
]


@contextmanager
def carrying(gateway: GatewayProcess, server: RedisServer, chance: Random) -> Iterator[Carrying]:
    """Start a worker; end the last one."""
    made = Carrying(gateway, server, chance)
    made.work()
    try:
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
            worker.wait()


@pytest.mark.slow
@pytest.mark.timeout(LONG)
@pytest.mark.parametrize("away", ["wait", "threads"])
def test_whatever_happens_to_redis_nothing_is_lost_or_doubled(tmp_path, own_redis, counted, away):
    chance, in_flight = Random(f"{SEED} {away}"), Counter[str]()
    faults = (FAMILIES * FAULTS)[:FAULTS]
    chance.shuffle(faults)
    settings = {"GATEWAY_REDIS": own_redis.url, "GATEWAY_REDIS_AWAY": away}
    with (
        WebPeer(chance) as peer,
        gateway_with(tmp_path / "home", "twilio", peer, NUMBER, **settings) as gateway,
        carrying(gateway, own_redis, chance) as stage,
    ):
        with Traffic(gateway, peer, chance) as traffic:
            for fault in faults:
                traffic.moment()
                in_flight[fault.__name__] += traffic.in_flight() > 0 and stage.holds() > 0
                fault(stage)
        traffic.ends(QUEUED)
        with gateway.long_ago() as db:
            db.execute(LONG_AGO)
        traffic.ends()
        account, log = traffic.account(), gateway.log()
    assert in_flight.total() > FAULTS / 2, "the faults came when nothing was on its way"
    assert account.unknown > 0, "no fault hit a batch"
    assert "Redis does not answer" in stage.worker_log(), "the worker noticed nothing"
    assert ("goes from here" if away == "threads" else "the carrier is away") in log
    for kind in FAMILIES:
        name = kind.__name__
        family = f"redis ({away}): {name.replace('_', ' ').removeprefix('redis ')}"
        counted(family, faults=faults.count(kind), in_flight=in_flight[name])
    counted(f"redis ({away}): all of these", **account.counts())
    assert account.wrong == {}, f"SEED={SEED}"
