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


def new_reference(random_bits: int, length: int = 4) -> str:
    """Return a reference made of random bits, its last sign a check of the others.

    Every one has a letter and a digit, so that no year and no word is taken for it. Four
    signs give 9,800 references; take five (230,000) or six where that is too few.

    >>> new_reference(123456)
    'MC5P'
    """
    while True:
        number, signs = random_bits, ""
        for _ in range(length - 1):
            number, sign = divmod(number, _SIZE)
            signs += SIGNS[sign]
        reference = signs + _check(signs)
        if not (reference.isalpha() or reference.isdigit()):
            return reference
        random_bits += 1


def is_reference(text: str) -> bool:
    """Say whether a text is a reference as we write it.

    >>> is_reference(new_reference(1)), is_reference("STOP")
    (True, False)
    """
    if not 4 <= len(text) <= 6 or text.isalpha() or text.isdigit() or set(text) - set(SIGNS):
        return False
    return _check(text[:-1]) == text[-1]


def reference(text: str) -> tuple[str, str] | None:
    """Return the reference a message begins with, as we write it, and the words after it.

    >>> reference(f"ref {new_reference(1).lower()}: OK") == (new_reference(1), "OK")
    True
    """
    first = _FIRST.match(text)
    if first is None:
        return None
    typed = normal(first[1]).upper().translate(_SLIPS)
    return (typed, text[first.end() :].rstrip()) if is_reference(typed) else None


def _check(signs: str) -> str:
    weighted = [place * _VALUE[sign] for place, sign in enumerate(signs, 1)]
    return SIGNS[sum(weighted) % _SIZE]
