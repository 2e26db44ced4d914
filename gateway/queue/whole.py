"""One result for every message, whatever the sending does."""

import logging
import traceback
from collections.abc import Iterable, Iterator, Sequence

from gateway.domain.messages import Batch, Outcome, Result
from gateway.queue import Carry

log = logging.getLogger(__name__)

Item = tuple[Batch, Result | None]  # one result on its way back; None: the batch is done


def whole(batch: Batch, carry: Carry) -> Iterator[Result]:
    """Carry a batch and yield exactly one result per message; unknown where none came."""
    left = {message.id: None for message in batch.messages}
    error = "unanswered"
    try:
        for result in carry(batch):
            if result.id in left:
                del left[result.id]
                yield result
    except Exception as broken:
        error = type(broken).__name__
        log.error("batch %s on %s broke: %s", batch.id, batch.channel, lines(broken))
    yield from unknown(left, error)


def unknown(ids: Iterable[int], error: str) -> Iterator[Result]:
    """Yield an unknown result for each id; `error` is a word."""
    for id_ in ids:
        yield Result(id_, Outcome.UNKNOWN, error=error)


def grouped(items: Sequence[Item]) -> list[tuple[Batch, tuple[Result, ...], bool]]:
    """Return each batch with its results and whether it is done, in order of appearance."""
    groups: dict[str, tuple[Batch, list[Result | None]]] = {}
    for batch, result in items:
        groups.setdefault(batch.id, (batch, []))[1].append(result)
    return [
        (batch, tuple(result for result in results if result), None in results)
        for batch, results in groups.values()
    ]


def lines(broken: Exception) -> str:
    """Return what broke by kind and lines; its own words may hold a number or a text."""
    where = "".join(traceback.format_tb(broken.__traceback__))
    return f"{type(broken).__name__}\n{where}"
