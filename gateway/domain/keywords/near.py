"""The keyword that was probably meant, found without a look at every word there is."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from gateway.domain.keywords.slips import forgiven, slips_in, squeezed
from gateway.domain.keywords.spelling import normal

_MOST = 2  # slips forgiven in any word


class Near:
    """Words by what is left of them without a letter or two.

    Two spellings that are two slips apart leave the same once up to two letters of each are
    out, so what was typed is compared only with the words that leave what it leaves.
    """

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        """Take pairs of a language and a word; of one language, in the order of preference."""
        self._written: dict[str, list[tuple[str, int, str]]] = {}
        for place, (tag, word) in enumerate(words):
            self._written.setdefault(normal(word), []).append((tag, place, word))
        self._leaving: dict[str, tuple[str, ...]] = {}
        self._lengths: set[int] = set()
        for key in self._written:
            self._learn(key, (key,))

    def find(self, key: str, ranks: Mapping[str, int]) -> str | None:
        """Return the word with the fewest slips, of these languages the first, or None."""
        near = [
            (slips, ranks[tag], place, word)
            for meant in self._alike(key)
            if (slips := slips_in(key, meant)) is not None
            for tag, place, word in self._written[meant]
            if tag in ranks
        ]
        return min(near)[-1] if near else None

    def _learn(self, key: str, alone: tuple[str, ...]) -> None:
        for form in {key, squeezed(key)}:
            self._lengths.add(len(form))
            for rest in _rests(form, forgiven(key)):
                known = self._leaving.get(rest, ())
                self._leaving[rest] = known if key in known else known + alone

    def _alike(self, key: str) -> set[str]:
        """Return the words that may be meant, and a few more."""
        return {
            word
            for form in {key, squeezed(key)}
            if not self._lengths.isdisjoint(range(len(form) - _MOST, len(form) + _MOST + 1))
            for rest in _rests(form, _MOST)
            for word in self._leaving.get(rest, ())
        }


def _rests(form: str, most: int) -> Iterator[str]:
    """Yield what is left of a spelling without up to `most` of its letters.

    >>> sorted(set(_rests("help", 1)))
    ['elp', 'hel', 'help', 'hep', 'hlp']
    """
    for size in range(max(len(form) - most, 0), len(form) + 1):
        yield from map("".join, combinations(form, size))
