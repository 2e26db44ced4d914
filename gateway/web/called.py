"""A call over HTTP as every server tells it, and a call that was checked and is to be written."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from gateway.providers import Answer
from gateway.store.units import Many


class Called(NamedTuple):
    """One call but for its body; `headers` by names as `Content-Type`, `query` as written."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


class Pending(NamedTuple):
    """What `many` must write for a call, and what is answered once that is on disk.

    `wakes` are the channels on which something may go out then.
    """

    many: Many[Any, Any]
    item: Any
    answer: Callable[[Any], Answer]
    wakes: Collection[int]


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name, in capitals as is usual; what was said twice is joined.

    >>> joined([("x-id", "1"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-id", "2")])
    {'X-Id': '1,2', 'Cookie': 'a=1;b=2'}
    """
    found: dict[str, str] = {}
    for name, value in headers:
        name = name.title()
        if name in found:
            value = f"{found[name]}{';' if name == 'Cookie' else ','}{value}"
        found[name] = value
    return found
