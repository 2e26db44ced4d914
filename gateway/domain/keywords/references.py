"""Four signs by which a person names a feedback item, easy to read out and to type."""

import re

from gateway.domain.keywords.spelling import normal

# No vowels, so that no word appears; no 0 O Q, 1 I L, 2 Z, 5 S, 8 B pairs. Twenty-three signs,
# a prime: with a weight for each place the last sign catches every slip of one sign and every
# swap of two neighbours.
SIGNS = "23456789CDFGHJKMNPRTVWX"
_SIZE = len(SIGNS)
_VALUE = {sign: value for value, sign in enumerate(SIGNS)}
_SLIPS = str.maketrans("SZB", "528")
_FIRST = re.compile(r"\W*+(?:ref(?:erence)?\b\W*+)?(\w{4,6})\b[\s:.,;!?-]*", re.IGNORECASE)


def first_signs(random_bits: int, length: int = 4) -> str:
    """Return all but the last two signs of a reference, made of random bits.

    >>> first_signs(123456)
    'MC'
    """
    number, signs = random_bits, ""
    for _ in range(length - 2):
        number, sign = divmod(number, _SIZE)
        signs += SIGNS[sign]
    return signs


def references(first: str) -> list[str]:
    """Return the references that begin with these signs: one more, and a check of all before it.

    Every one has a letter and a digit, so that no year and no word is taken for it. Four
    signs give 9,800 references; take five (230,000) or six where that is too few.

    >>> references("MC")[:3]
    ['MC2C', 'MC3G', 'MC4K']
    """
    known, place = _weigh(first), len(first) + 1
    made = (
        f"{first}{sign}{SIGNS[(known + place * value) % _SIZE]}" for value, sign in enumerate(SIGNS)
    )
    return [one for one in made if not (one.isalpha() or one.isdigit())]


def is_reference(text: str) -> bool:
    """Say whether a text is a reference as we write it.

    >>> is_reference("MC2C"), is_reference("MC2D"), is_reference("STOP")
    (True, False, False)
    """
    if not 4 <= len(text) <= 6 or text.isalpha() or text.isdigit() or set(text) - set(SIGNS):
        return False
    return SIGNS[_weigh(text[:-1]) % _SIZE] == text[-1]


def reference(text: str) -> tuple[str, str] | None:
    """Return the reference a message begins with, as we write it, and the words after it.

    It may have a slip in it: `is_reference` tells, and only whose items are known can mend it.

    >>> reference("ref mc2c: OK"), reference("mc2d no water"), reference("10am at school")
    (('MC2C', 'OK'), ('MC2D', 'no water'), None)
    """
    first = _FIRST.match(text)
    if first is None:
        return None
    plain = normal(first[1]).upper()
    typed = plain.translate(_SLIPS)
    if not is_reference(typed) and (plain.isalpha() or not _may_be_one(typed)):
        return None
    return typed, text[first.end() :].rstrip()


def _may_be_one(typed: str) -> bool:
    """Say whether this is a reference but for one sign at most."""
    if not 4 <= len(typed) <= 6 or typed.isalpha() or typed.isdigit():
        return False
    return sum(sign not in SIGNS for sign in typed) <= 1


def _weigh(signs: str) -> int:
    return sum(place * _VALUE[sign] for place, sign in enumerate(signs, 1))
