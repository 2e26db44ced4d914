"""How far two spellings are apart."""

import re
from collections.abc import Iterable, Iterator

_DOUBLE = re.compile(r"(.)\1+")


def apart(one: str, other: str, limit: int) -> int:
    """Return the edits between two spellings, at most `limit` + 1; a swap of two is one edit.

    >>> apart("flod", "flood", 1), apart("stpo", "stop", 1), apart("fire", "flood", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    one, other = _differing(one, other)
    rows = [list(range(len(other) + 1))]
    for _ in one:
        rows.append(_row(other, one, rows))
    return min(rows[-1][-1], limit + 1)


def alike(word: str, names: Iterable[str], limit: int) -> Iterator[tuple[str, int]]:
    """Yield names at most `limit` edits from a word, and how many; what neighbours in the list
    begin with is compared once, and those that begin too differently are passed over.

    >>> list(alike("gulu", ["gala", "galu", "gulo", "gum", "kulu"], 1))
    [('galu', 1), ('gulo', 1), ('kulu', 1)]
    """
    rows = [list(range(len(word) + 1))]
    before = ""
    for name in names:
        del rows[_common(before[: len(rows) - 1], name) + 1 :]
        while len(rows) <= len(name) and min(rows[-1]) <= limit:
            rows.append(_row(word, name, rows))
        if len(rows) > len(name) and rows[-1][-1] <= limit:
            yield name, rows[-1][-1]
        before = name


def slips_in(key: str, word: str) -> int | None:
    """Return the slips between what was typed and a keyword, None if they are too many.

    One letter for two counts as none in longer words: people write FLUD for FLOOD.

    >>> slips_in("flud", "flood"), slips_in("water", "flood")
    (1, None)
    """
    allowed = forgiven(word)
    slips = apart(key, word, allowed)
    if len(squeezed(word)) >= 4:
        slips = min(slips, apart(squeezed(key), squeezed(word), allowed))
    return slips if slips <= allowed else None


def forgiven(word: str) -> int:
    """Return how many slips are forgiven in a keyword, -1 where it is too short to guess.

    >>> forgiven("flood"), forgiven("unsubscribe"), forgiven("no")
    (1, 2, -1)
    """
    if len(word) < 3:
        return -1
    return 1 if len(word) <= 5 else 2


def squeezed(key: str) -> str:
    """Return a spelling with each letter that is doubled said once.

    >>> squeezed("floood")
    'flod'
    """
    return _DOUBLE.sub(r"\1", key)


def _differing(one: str, other: str) -> tuple[str, str]:
    """Leave out what two spellings begin with and what they end in: no edit is there."""
    start = _common(one, other)
    one, other = one[start:], other[start:]
    end = _common(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]


def _common(one: str, other: str) -> int:
    """Return how many letters two spellings begin with alike."""
    both = zip(one, other, strict=False)
    unlike = (place for place, (a, b) in enumerate(both) if a != b)
    return next(unlike, min(len(one), len(other)))


def _row(word: str, name: str, rows: list[list[int]]) -> list[int]:
    """Return the edits from the next beginning of a name to each beginning of a word.

    `rows` are those of the shorter beginnings.
    """
    letter, earlier = name[len(rows) - 1], name[len(rows) - 2 : len(rows) - 1]
    before, row = rows[-1], [len(rows)]
    for j, theirs in enumerate(word):
        if letter == theirs:
            row.append(before[j])
            continue
        edits = 1 + min(before[j], before[j + 1], row[j])
        if j and earlier == theirs and letter == word[j - 1]:
            edits = min(edits, rows[-2][j - 1] + 1)
        row.append(edits)
    return row
