"""Understand what a person typed: numbers in any script, words, first letters."""

import re
import unicodedata
from collections.abc import Callable, Sequence

Normal = Callable[[str], str]
_DIGIT = re.compile(r"\d")
_COMMA = re.compile("[,،、，፣]")


def digits(text: str) -> str:
    """Write every decimal digit as 0-9 and drop the space around.

    >>> digits(" १२ "), digits("٣"), digits("०"), digits("two")
    ('12', '3', '0', 'two')
    """
    if text.isascii():
        return text.strip()
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text).strip()


def words(listed: str) -> list[str]:
    """Split a comma-separated list from the catalogue, with the commas of any script.

    >>> words("Yes, y,  yeah"), words("نعم، أجل")
    (['Yes', 'y', 'yeah'], ['نعم', 'أجل'])
    """
    return [word.strip() for word in _COMMA.split(listed) if word.strip()]


def is_one_of(text: str, listed: str, normal: Normal) -> bool:
    """Tell whether the whole text is one of the listed words.

    >>> is_one_of("YES", "Yes, y", str.casefold), is_one_of("yes please", "Yes", str.casefold)
    (True, False)
    """
    return normal(text) in {normal(word) for word in words(listed)}


def pick(text: str, options: Sequence[tuple[str, str]], normal: Normal) -> str | None:
    """Return the key of the option meant by number, word or first letters; None when unsure.

    >>> asked = [("1", "Idea"), ("2", "Problem"), ("3", "Praise")]
    >>> [pick(t, asked, str.casefold) for t in ("2", "२", "2.", "idea", "prob", "PR", "pr", "?")]
    ['2', '2', '2', '1', '2', None, None, None]
    """
    number = digits(text).rstrip(".)")
    if number in {key for key, _ in options}:
        return number
    said = normal(text)
    whole = [key for key, label in options if said and normal(label) == said]
    begun = [key for key, label in options if said and normal(label).startswith(said)]
    found = whole or begun
    return found[0] if len(found) == 1 else None


def number(text: str) -> str | None:
    """Return a whole number in 0-9, or None.

    >>> number("४५"), number("12 people"), number("many")
    ('45', '12', None)
    """
    first = digits(text).split(maxsplit=1)
    return first[0] if first and first[0].isdecimal() else None
