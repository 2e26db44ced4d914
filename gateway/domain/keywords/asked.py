"""What a message is read for: the languages of one person and place, gathered once."""

from typing import NamedTuple

from gateway.domain.keywords.phrases import Phrases


class Asked(NamedTuple):
    """Which languages a message is read in, group by group, and whether a yes may join.

    `firsts` are the words that any keyword or phrase begins with.
    """

    groups: list[list[str]]
    ranks: dict[str, int]
    pending: bool
    polite: frozenset[str]
    leaving: Phrases
    cries: Phrases
    firsts: frozenset[str]
