"""One spelling for each word, however it was typed."""

import re
from functools import lru_cache
from unicodedata import category, digit, normalize

# Spellings that keyboards mix up: apostrophes that are letters go, as does tatweel; alef with
# its hats, final yeh, Persian and Sindhi kaf, and teh marbuta become their plain forms.
_FOLD = str.maketrans(
    {
        **dict.fromkeys("\u02bb\u02bc\u00b4\u0640"),
        **dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627"),
        **dict.fromkeys("\u0649\u06cc", "\u064a"),
        **dict.fromkeys("\u06a9\u06aa", "\u0643"),
        "\u0629": "\u0647",
    }
)
_MARKS = re.compile(  # harakat, and what selects how a letter looks
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Accents go after Latin letters only: elsewhere such marks are vowels and tones, and without
# them a word is another word.
_ACCENTS = re.compile(
    "(?<=[a-z\u00df-\u024f\u0250-\u02af\u1d00-\u1eff])[\u0300-\u036f\u1dc0-\u1dff]+"
)
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02bb\u02bc\u00b4`\uff07]")
_PUNCTUATION = {code: " " for code in range(128) if category(chr(code))[0] in "PS"}
_NOT_PLAIN = re.compile(r"[^a-z0-9\s]+")
_SHORT = 160  # letters of a text that is asked about several times, and remembered for a while
_LONG = 1024  # letters; a longer text is known by so many


def normal(text: str) -> str:
    r"""Return the one spelling by which keywords are compared; of a long text, of its beginning.

    >>> normal(" Stop!! "), normal("ARR\u00caT"), normal("TA'OFI"), normal("\u0967\u0968")
    ('stop', 'arret', 'taofi', '12')
    """
    return _known(text) if len(text) <= _SHORT else _lately(text[:_LONG])


def words(text: str) -> str:
    """Return the same spelling, but with a space where punctuation stood between words.

    >>> words("Stop.Thank you"), words("don't")
    ('stop thank you', 'dont')
    """
    apart = _APOSTROPHES.sub("", text[:_LONG])
    if apart.isascii():
        return normal(apart.translate(_PUNCTUATION))
    return normal("".join(map(_parted, apart)))


@lru_cache(maxsize=4096)
def _known(text: str) -> str:
    return _normal(text)


@lru_cache(maxsize=8)  # one decision asks about one text several times
def _lately(text: str) -> str:
    return _normal(text)


def _normal(text: str) -> str:
    if text.isascii():
        return " ".join(_NOT_PLAIN.sub("", text.lower()).split())
    text = normalize("NFKC", text.replace("\u00b4", "'"))
    text = "".join(map(_kept, normalize("NFKC", text.casefold())))
    text = normalize("NFC", _ACCENTS.sub("", normalize("NFD", text)))
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _kept(letter: str) -> str:
    """Return what of a letter counts: digits of any script as ASCII, no signs, no controls."""
    if not (letter := letter.translate(_FOLD)):
        return ""
    if letter.isspace():
        return " "
    if letter.isdigit():
        return str(digit(letter))
    kind = category(letter)
    return "" if kind[0] in "PS" or kind in ("Cf", "Cc") or _MARKS.match(letter) else letter


@lru_cache(maxsize=4096)
def _parted(letter: str) -> str:
    """Return a space for a sign, and any other letter as it is."""
    return " " if category(letter)[0] in "PS" else letter
