"""Two machines that answer each other, told from a person who asks again.

References differ in every answer, so they count as the same.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from msgspec import Struct

# In an hour: automatic answers to words that ask nothing of us, or to the same words again; and
# all answers, with those to who walks through menus and topics.
MOST_UNASKED, MOST_ANSWERS = 5, 30
UNASKED = frozenset(("words", "did.you.mean"))  # answers to no keyword, and to no question of ours
ECHOES = 3  # times an hour that our own words come back
SUSPICIOUS = 3  # answers in an hour, from which on one looks closer
MUTE = 6 * 3600.0  # seconds in which a machine gets no answer
ENOUGH, MACHINE = "enough answers", "a machine"  # why an answer is withheld
# Who is in danger or leaves is answered once, however much was said before.
AT_LEAST_ONCE = frozenset(("cry", "help", "stopped"))

_REFERENCE = re.compile(r"\b(?=\w*\d)\w{4,}\b")
_DIGIT = re.compile(r"\d")


class Round(Struct, array_like=True, frozen=True):
    """What somebody said within the hour, and what we answered, from which source."""

    said: str
    answered: str
    source: str


@lru_cache(maxsize=2048)
def same(text: str) -> str:
    """Return words without what differs each time: references, spaces and capitals.

    >>> same("Thank you. Your reference is  K7P2.") == same("thank you. your reference is M3X9.")
    True
    """
    if _DIGIT.search(text):
        text = _REFERENCE.sub("#", text)
    return " ".join(text.lower().split())


def is_echo(text: str, rounds: Sequence[Round]) -> bool:
    """Return whether our own words come back for the third time.

    >>> ours = [Round("hello", "Got it.", "ack"), *[Round("got it.", "Got it.", "ack")] * 2]
    >>> is_echo("Got it.", ours), is_echo("Got it.", ours[:2]), is_echo("hello", ours)
    (True, False, False)
    """
    if not rounds:
        return False
    words = len(text.split())  # what is the same has as many
    alike = (one.answered for one in rounds if len(one.answered.split()) == words)
    if not any(same(text) == same(answered) for answered in alike):
        return False
    ours = {same(one.answered) for one in rounds}
    return 1 + sum(same(one.said) in ours for one in rounds) >= ECHOES


def withheld(
    said: str, answer: str, source: str, had: int, muted: bool, rounds: Collection[Round]
) -> str | None:
    """Return why somebody who had so many answers within the hour gets no other; None if they do.

    >>> water = Round("WATER", "Boil it.", "water")
    >>> withheld("WATER", "Boil it.", "water", 5, False, [water] * 5)
    'enough answers'
    >>> withheld("1", "What else?", "menu", 5, False, [Round("1", "And then?", "menu")] * 5)
    >>> told = [Round(f"Room {n} is away", "Thank you.", "words") for n in "12345"]
    >>> withheld("Room 6 is away", "Thank you.", "words", 5, False, told)
    'enough answers'
    >>> withheld("WATER", "Boil it.", "water", 5, False, told)
    >>> withheld("WATER", "Boil it.", "water", 1, True, [])
    'a machine'
    """
    if source in AT_LEAST_ONCE and not any(one.source == source for one in rounds):
        return None
    if muted:
        return MACHINE
    if not MOST_UNASKED <= had < MOST_ANSWERS:
        return ENOUGH if had >= MOST_ANSWERS else None
    unasked, words = source in UNASKED, same(said)
    again = sum(
        (unasked and one.source in UNASKED)
        or (same(one.said) == words and same(one.answered) == same(answer))
        for one in rounds
    )
    return ENOUGH if again >= MOST_UNASKED else None
