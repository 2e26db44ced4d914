"""Numbers as a language writes them, and codes as every phone can read them."""

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.language.table import digits, nearest, normal

if TYPE_CHECKING:
    from babel import Locale

_WORLD = {"en": "en-001"}  # plain "en" is American: month before day
_LATIN = "0123456789"


@lru_cache(maxsize=1024)
def locale(tag: str) -> "Locale | None":
    """Return what Babel knows of a language, or None."""
    from babel import Locale, UnknownLocaleError

    listed = nearest(tag)
    if listed and not listed.cldr:
        return None
    try:
        return Locale.parse(_WORLD.get(normal(tag), normal(tag)), sep="-")
    except (UnknownLocaleError, ValueError):
        return None if listed is None or listed.tag == normal(tag) else locale(listed.tag)


def in_digits(tag: str, text: str) -> str:
    """Return a text with its digits as the language writes them.

    >>> in_digits("ne", "08:30"), in_digits("hi", "08:30")
    ('०८:३०', '08:30')
    """
    return text.translate(str.maketrans(_LATIN, digits(tag)))


def codes(text: str) -> str:
    """Return references, menu numbers and phone numbers in Latin digits, whatever came.

    >>> codes("A٧K2"), codes("१")
    ('A7K2', '1')
    """
    return "".join(_latin(character) for character in text)


def _latin(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def number(tag: str, n: int | float) -> str:
    """Return a number as the language writes it; grouped by thousands where it is known how.

    >>> number("en", 12500), number("bn", 1234567), number("bi", 12500)
    ('12,500', '১২,৩৪,৫৬৭', '12500')
    """
    if isinstance(n, int) and abs(n) < 1000:
        return in_digits(tag, str(n))
    known = locale(tag)
    if known is None:
        return in_digits(tag, str(n))
    from babel.numbers import format_decimal

    return in_digits(tag, plain(format_decimal(n, locale=known, numbering_system="default")))


def plain(text: str) -> str:
    """Return a text without the invisible spaces CLDR likes.

    One narrow no-break space turns a message of 160 characters into one of 70, and doubles
    its price.

    >>> plain("12\\u202f500")
    '12 500'
    """
    return text.replace("\u202f", " ").replace("\u00a0", " ")
