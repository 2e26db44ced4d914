"""Numbers and texts are in Redis only while a batch is queued, and in no log."""

import json
import os
import subprocess
import sys
import zlib
from dataclasses import replace

from redis import Redis

from gateway.queue.keys import Keys
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.taking import Taker
from tests.queue.stage import (
    Paper,
    Recording,
    accept,
    batch_of,
    collect,
    results,
    served,
    until,
    working,
)


def everything(url: str) -> str:
    """All that Redis holds, keys and values."""
    read = {
        b"string": lambda redis, key: redis.get(key),
        b"hash": lambda redis, key: redis.hgetall(key),
        b"list": lambda redis, key: redis.lrange(key, 0, -1),
        b"set": lambda redis, key: redis.smembers(key),
        b"zset": lambda redis, key: redis.zrange(key, 0, -1),
        b"stream": lambda redis, key: redis.xrange(key),
    }
    with Redis.from_url(url) as redis:
        return repr({key: read[redis.type(key)](redis, key) for key in redis.scan_iter()})


def test_numbers_and_texts_are_only_in_the_data_of_a_queued_job(own_redis):
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of(3)
    message = batch.messages[0]
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        job = redis.hgetall(f"rq:job:{batch.id}")
        assert job[b"description"] == f"batch {batch.id}".encode()
        rest = b"".join(value for name, value in job.items() if name != b"data")
        assert message.to.encode() not in rest
        assert message.text.encode() not in rest
        [carried] = json.loads(zlib.decompress(job[b"data"]))[2]  # no pickle
        assert carried["messages"][0]["text"] == message.text
        assert redis.ttl(f"rq:job:{batch.id}") > 0


def test_once_begun_no_number_and_no_text_is_in_redis(own_redis):
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    batch = carry.hold(batch_of(3))
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(batch)
        served(carrier, lambda: carry.begun)
        assert f"rq:job:{batch.id}" not in everything(own_redis.url)
        carry.gate.set()
        until(lambda: carrier.waiting("one") == 0)
        held = everything(own_redis.url)
        assert batch.id in held
        assert batch.messages[0].to not in held
        assert batch.messages[0].text not in held
        collect(carrier, batch)


def test_no_number_and_no_text_is_in_the_log_of_a_worker(own_redis, process):
    carrier, whole = RedisCarrier(own_redis.url, Paper()), batch_of(2)
    broken = replace(batch_of(2), id="broken-1", extra={"broken": "yes"})
    process.start(0)
    carrier.hand(whole)
    carrier.hand(broken)
    collect(carrier, whole, broken)
    until(lambda: "batch broken-1 on one broke: OSError" in process.log)
    assert broken.messages[0].to not in process.log
    assert broken.messages[0].text not in process.log


def test_an_unusable_job_is_dropped_without_a_word_of_it(own_redis, caplog):
    carrier, batch, good = RedisCarrier(own_redis.url, Paper()), batch_of(), batch_of()
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        redis.hset(f"rq:job:{batch.id}", "data", f"not json {batch.messages[0].to}")
        carrier.hand(good)
        taken = Taker(redis, Keys(), ["one"], only_urgent=False).take(1)
    assert taken is not None
    assert taken.batch == good
    assert f"batch {batch.id} is unusable" in caplog.text
    assert batch.messages[0].to not in caplog.text


def test_an_unusable_report_is_dropped(own_redis, caplog):
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of()
    with Redis.from_url(own_redis.url) as redis:
        redis.xadd("gateway:reports", {"batch": "x", "results": "{"})
    carrier.hand(batch)
    with working(own_redis.url, accept, "gateway"):
        assert len(results(collect(carrier, batch))) == 1
    assert "1 unusable reports are dropped" in caplog.text


def test_rq_itself_may_not_send(own_redis):
    worker = [sys.executable, "-m", "rq.cli", "worker", "--burst", "--serializer", "json"]
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of()
    carrier.hand(batch)
    done = subprocess.run(
        [*worker, "--url", own_redis.url, "gateway:one"],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "not with `rq worker`" in done.stderr + done.stdout
    assert batch.messages[0].to not in done.stderr + done.stdout
