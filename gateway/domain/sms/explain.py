"""Why a text costs what it costs, and what would make it cheaper; nothing is changed here."""

from typing import NamedTuple
from unicodedata import category, normalize

from gateway.domain.sms.alphabet import fits
from gateway.domain.sms.lookalikes import SMART
from gateway.domain.sms.parts import Measure, measure

# Our advice differs from what Twilio does in two ways: a wide space becomes one space, and an
# accent is part of a letter, so it is never offered up.
_PLAIN = {
    code: " " if plain.isspace() else plain
    for code, plain in SMART.items()
    if category(chr(code)) != "Mn"
}


class Explanation(NamedTuple):
    """`letters` force UCS-2; `replacements` are look-alikes that a person may accept.

    `suggestion` is the text with all of them, where that brings it back to gsm7, and
    `then` its parts; without a suggestion both are None.
    """

    alphabet: str
    parts: int
    left: int
    letters: tuple[str, ...]
    replacements: tuple[tuple[str, str], ...]
    suggestion: str | None = None
    then: Measure | None = None


def explain(text: str) -> Explanation:
    r"""Tell a text's alphabet, parts and room left, and which letters make it dear.

    >>> explain("l\u2019eau").letters, explain("l\u2019eau").suggestion
    (('\u2019',), "l'eau")
    """
    text = normalize("NFC", text)
    now = measure(text)
    letters = tuple(letter for letter in dict.fromkeys(text) if not fits(letter))
    known = tuple((letter, _PLAIN[ord(letter)]) for letter in letters if ord(letter) in _PLAIN)
    told = Explanation(now.alphabet, now.parts, now.left, letters, known)
    if not letters or len(known) < len(letters):
        return told
    suggestion = text.translate(_PLAIN)
    return told._replace(suggestion=suggestion, then=measure(suggestion))


def smart(text: str) -> str:
    """Return a text as Twilio sends it when told SmartEncoded: look-alikes, all or nothing."""
    text = normalize("NFC", text)
    plain = text.translate(SMART)
    return plain if fits(plain) else text
