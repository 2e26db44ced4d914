"""The words a message begins with, and what follows them."""

import re
from collections.abc import Iterator
from itertools import islice

_BREAK = re.compile(r"[\s:,.;!?/\u060c\u061b\u061f\u0964\u104b\u1362\u3002\uff0c\uff1a-]+")
_WORD = re.compile(r"[^\W_]")
_LONGEST_HEAD = 4  # words


def once(key: str) -> str:
    """Return a word said several times as said once.

    >>> once("stop stop stop"), once("stop it")
    ('stop', 'stop it')
    """
    said = key.split()
    return said[0] if said and len(set(said)) == 1 else key


def heads(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first words of a text and the rest, for one word, two words and so on.

    >>> list(heads("ASK: when?"))
    [('ASK', 'when?')]
    """
    first = _WORD.search(text)
    start = first.start() if first else len(text)
    for gap in islice(_BREAK.finditer(text, start), _LONGEST_HEAD):
        rest = text[gap.end() :].rstrip()
        if rest:
            yield text[start : gap.start()], rest
