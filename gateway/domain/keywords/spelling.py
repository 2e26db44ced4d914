"""One spelling for each word, however it was typed; and how far two spellings are apart."""

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
_DOUBLE = re.compile(r"(.)\1+")
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


def apart(one: str, other: str, limit: int) -> int:
    """Return the edits between two spellings, at most `limit` + 1; a swap of two is one edit.

    >>> apart("flod", "flood", 1), apart("stpo", "stop", 1), apart("fire", "flood", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    one, other = _differing(one, other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(other, 1):
            edits = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
    return min(row[-1], limit + 1)


def slips_in(key: str, word: str) -> int | None:
    """Return the slips between what was typed and a keyword, None if they are too many.

    One letter for two counts as none in longer words: people write FLUD for FLOOD.

    >>> slips_in("flud", "flood"), slips_in("water", "flood")
    (1, None)
    """
    allowed = forgiven(word)
    slips = apart(key, word, allowed)
    if len(squeezed(word)) >= 4:
        slips = min(slips, apart(squeezed(key), squeezed(word), allowed))
    return slips if slips <= allowed else None


def forgiven(word: str) -> int:
    """Return how many slips are forgiven in a keyword, -1 where it is too short to guess.

    >>> forgiven("flood"), forgiven("unsubscribe"), forgiven("no")
    (1, 2, -1)
    """
    if len(word) < 3:
        return -1
    return 1 if len(word) <= 5 else 2


def squeezed(key: str) -> str:
    """Return a spelling with each letter that is doubled said once.

    >>> squeezed("floood")
    'flod'
    """
    return _DOUBLE.sub(r"\1", key)


def _differing(one: str, other: str) -> tuple[str, str]:
    """Leave out what two spellings begin with and what they end in: no edit is there."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


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
