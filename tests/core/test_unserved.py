"""What lies in Redis for workers that are gone, after a start of the gateway, goes all the same."""

import time
from pathlib import Path

import pytest

from gateway.engine import Engine
from gateway.queue import presence
from tests.core.field import Field
from tests.core.test_engine import until
from tests.core.test_sending import queue, state
from tests.surroundings.redis import RedisServer


def test_what_a_run_before_left_in_redis_does_not_hold_up_threads(
    tmp_path: Path, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = Field(tmp_path, REDIS=own_redis.url, REDIS_AWAY="threads")
    field.gw.clock = time.time
    engine, rows = Engine(field.gw), list[int]()
    engine.start()
    for _ in range(2):  # as many batches as a lane hands over unasked
        rows.append(queue(field))
        until(lambda: engine.carrier.before("simulator") == len(rows))
    engine.stop()
    monkeypatch.setattr(presence, "PATIENCE", 1.0)
    again = Engine(field.gw)
    again.start()
    until(lambda: [state(field, id)[0] for id in rows] == ["sent", "sent"], 20)
    again.stop()
    field.close()
