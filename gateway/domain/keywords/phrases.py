"""Phrases that count wherever they stand in a message."""

import re
from typing import NamedTuple

# Thai to Khmer, kana and Han: words with no space between them.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff]")


class Phrases(NamedTuple):
    """Phrases to look for inside a message, by how many words they have.

    Where words are not parted by spaces, a phrase may stand inside a word.
    """

    phrases: frozenset[str]
    lengths: tuple[int, ...]
    anywhere: tuple[str, ...]
    firsts: frozenset[str]

    @classmethod
    def of(cls, phrases: frozenset[str]) -> "Phrases":
        anywhere = tuple(phrase for phrase in phrases if _UNSPACED.search(phrase))
        spaced = phrases.difference(anywhere, ("",))
        lengths = tuple(sorted({len(one.split()) for one in spaced}))
        return cls(spaced, lengths, anywhere, frozenset(one.split()[0] for one in spaced))

    def within(self, told: str) -> bool:
        """Say whether a message, in its one spelling, holds one of the phrases."""
        if not told.isascii() and any(phrase in told for phrase in self.anywhere):
            return True
        spoken = told.split()
        if self.firsts.isdisjoint(spoken):
            return False
        return any(
            " ".join(spoken[at : at + length]) in self.phrases
            for length in self.lengths
            for at in range(len(spoken) - length + 1)
        )
