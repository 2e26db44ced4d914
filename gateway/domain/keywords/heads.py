"""The words a message begins with, and what follows them."""

import re
from collections.abc import Iterator

_BREAK = re.compile(r"[\s:,.;!?/\u060c\u061b\u061f\u0964\u104b\u1362\u3002\uff0c\uff1a-]+")
_LONGEST_HEAD = 4


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
    start = next((i for i, letter in enumerate(text) if letter.isalnum()), len(text))
    breaks = list(_BREAK.finditer(text, start))[:_LONGEST_HEAD]
    for gap in breaks:
        rest = text[gap.end() :].rstrip()
        if rest:
            yield text[start : gap.start()], rest
