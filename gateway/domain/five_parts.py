"""The five parts of a warning people act upon, and which of them a text seems to lack."""

import re
from collections.abc import Iterable, Mapping

from gateway.domain.keywords import spelling

PARTS = ("source", "hazard", "location", "guidance", "time")

_CLOCK = re.compile(r"\d{1,2} ?[:h] ?\d{2}")  # in digits of any script
_SHORT = 3  # letters; "go" must not be found in "good", nor "am" in "camp"


def missing(text: str, known: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the parts of which a text says nothing, as far as the known words tell.

    Of a part with no known words nothing can be told, so it is not named.

    >>> known = {"source": ["Red Cross"], "hazard": ["flood"], "location": ["Sunsari"],
    ...          "guidance": ["go", "take"], "time": ["today", "until"]}
    >>> missing("RED CROSS: Floods in Sunsari today. Go to high ground.", known)
    ()
    >>> missing("Good people of Sunsari, be careful!", known)
    ('source', 'hazard', 'guidance', 'time')
    """
    said = spelling.words(text)
    return tuple(part for part in PARTS if not _has(part, text, said, list(known.get(part, ()))))


def _has(part: str, text: str, said: str, known: list[str]) -> bool:
    if part == "time" and _CLOCK.search(text):
        return True
    return not known or any(_says(said, spelling.words(word)) for word in known)


def _says(said: str, word: str) -> bool:
    """Whether a text says a word, with whatever ending; elsewhere than in Latin, within words.

    >>> _says("flooding in town", "flood"), _says("all is good", "go")
    (True, False)
    >>> _says("الفيضان قادم", "فيضان")
    True
    """
    if not word:
        return False
    if not word.isascii():
        return word in said
    end = r"\b" if len(word) <= _SHORT else ""
    return re.search(rf"\b{re.escape(word)}{end}", said) is not None
