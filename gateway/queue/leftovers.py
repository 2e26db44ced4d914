"""Batches in Redis that went another way while nobody served their channel."""

from collections.abc import Callable, Container
from typing import Any

from rq.job import Job

from gateway.queue.keys import KEPT, TAKEN_BACK, Keys


def drop(redis: Any, keys: Keys, channel: str, wanted: Callable[[], Container[str]]) -> bool:
    """Take what is not `wanted` out of the queues of a channel, texts and all; False: nothing.

    That is asked once it is known what lies there, so that nothing handed over since is touched.
    RedisError if it is away.
    """
    queues = [f"rq:queue:{keys.queue(channel, urgent)}" for urgent in (True, False)]
    there = [(queue, id.decode()) for queue in queues for id in redis.lrange(queue, 0, -1)]
    kept = wanted() if there else ()
    over = [(queue, batch_id) for queue, batch_id in there if batch_id not in kept]
    for queue, batch_id in over:
        with redis.pipeline() as pipe:
            pipe.set(keys.begun(batch_id), TAKEN_BACK, nx=True, ex=KEPT)
            pipe.delete(Job.key_for(batch_id))
            pipe.lrem(queue, 1, batch_id)
            pipe.execute()
    return bool(over)
