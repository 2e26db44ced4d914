"""How many parts a text takes, where it is divided, and how parts become a text again."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from gateway.domain.messages import Part
from gateway.domain.sms.alphabet import (
    GSM7,
    UCS2,
    Coding,
    doubles,
    each,
    fits,
    quick,
    septets_of,
)

Size = Callable[[str], int]  # the units of a text
OCTETS_A_PART = 140
GAP = "[\u2026]"  # stands where a part never came

# What must not begin a part if it can be helped: marks, joiners, skin tones and tags. After a
# virama or a zero-width joiner comes the rest of the same sign; flags are two letters.
_CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|(?s:.)(?:"
    "\u200d(?s:.)|[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2]"
    "[\u0900-\u0dff\u1000-\u109f\u1780-\u17ff]"
    "|[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0730-\u074a\u07a6-\u07b0\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    "\u09bc\u09be-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83\u0abc"
    "\u0abe-\u0acd\u0b01-\u0b03\u0b3c\u0b3e-\u0b57\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04"
    "\u0c3e-\u0c56\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0d00-\u0d03\u0d3b\u0d3c\u0d3e-\u0d4d\u0d57"
    "\u0dca-\u0ddf\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u102b-\u103e"
    "\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u109a-\u109d"
    "\u135d-\u135f\u17b4-\u17d3\u17dd\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0"
    "\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
    "\U00010d24-\U00010d27\U0001e944-\U0001e94a])*"
)


class Measure(NamedTuple):
    """What a text costs: `units` are septets (gsm7) or UTF-16 units (ucs2) of each part."""

    alphabet: str
    parts: int
    units: tuple[int, ...]
    left: int


class Joined(NamedTuple):
    """A text put together again; `missing` are the numbers of parts that never came."""

    text: str
    missing: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.missing


def measure(text: str, reference_bits: int = 8, coding: Coding | None = None) -> Measure:
    """Count the parts of a text as it will be sent, in NFC; choose the alphabet if none is given.

    >>> measure("Maji yapo hapa.")
    Measure(alphabet='gsm7', parts=1, units=(15,), left=145)
    """
    if coding is None:
        septets = quick(text)
        if septets is not None:
            return _counted(len(septets), reference_bits)
    text = normalize("NFC", text)
    return _measure(text, reference_bits, _able(text, coding))


def split(text: str, reference_bits: int = 8, coding: Coding | None = None) -> list[str]:
    """Divide a text, in NFC, as it is sent: filled greedily, one string a part."""
    text = normalize("NFC", text)
    return divide(text, reference_bits, _able(text, coding))


def choose(text: str) -> Coding:
    """Return the default seven-bit alphabet if it holds the text, else UCS-2."""
    return GSM7 if fits(text) else UCS2


def national(text: str, language: int) -> Coding:
    """Return the cheapest coding for a route known to support one national language."""
    text = normalize("NFC", text)
    tables = ((0, 0), (0, language), (language, 0), (language, language))
    codings = [Coding("gsm7", *pair) for pair in tables]
    able = [c for c in codings if septets_of(c).keys() >= set(text)]
    return min((*able, UCS2), key=lambda c: _measure(text, 8, c).parts)


@lru_cache(maxsize=64)
def room(coding: Coding, reference_bits: int | None = None) -> int:
    """Return the units one part holds; `reference_bits` is None when it stands alone.

    >>> room(GSM7), room(GSM7, 8), room(UCS2, 16), room(Coding("gsm7", 1, 1), 8)
    (160, 153, 66, 146)
    """
    concat = {None: 0, 8: 5, 16: 6}[reference_bits]
    elements = concat + 3 * bool(coding.locking) + 3 * bool(coding.single)
    octets = OCTETS_A_PART - (elements + 1 if elements else 0)
    return octets * 8 // 7 if coding.alphabet == "gsm7" else octets // _WIDTH[coding.alphabet]


def divide(text: str, reference_bits: int, coding: Coding) -> list[str]:
    """Divide a text as it stands; whole signs stay together where that costs no extra part."""
    size = _sizes(text, coding)
    if size(text) <= room(coding):
        return [text]
    return _divide(text, coding, room(coding, reference_bits), size)


def standing(part: Part | None) -> bool:
    """Say whether a part can be joined; one that cannot is read as a message of its own.

    >>> standing(Part(7, 2, 1)), standing(Part(7, 2, 3)), standing(Part(7, 0, 0))
    (True, False, False)
    """
    return part is not None and 1 <= part.number <= part.total


def join(parts: Iterable[tuple[Part, str]]) -> Joined:
    """Put the parts of one text in order; of a part told twice the first counts.

    >>> join([(Part(9, 2, 2), "hapa."), (Part(9, 2, 1), "Maji yapo ")])
    Joined(text='Maji yapo hapa.', missing=())
    """
    texts: dict[int, str] = {}
    total = 0
    for part, text in parts:
        if standing(part):
            total = max(total, part.total)
            texts.setdefault(part.number, text)
    numbers = range(1, total + 1)
    missing = tuple(number for number in numbers if number not in texts)
    return Joined("".join(_gapped(texts, numbers)), missing)


def _gapped(texts: dict[int, str], numbers: range) -> Iterator[str]:
    """Yield what came, and one gap mark for each run of parts that did not."""
    for number in numbers:
        if number in texts:
            yield texts[number]
        elif number == 1 or number - 1 in texts:
            yield GAP


def _able(text: str, coding: Coding | None) -> Coding:
    """Return the coding to use; Unencodable if the one that is wanted does not hold the text."""
    if coding is None:
        return choose(text)
    if coding.alphabet == "gsm7":
        each(text, coding)
    return coding


def _measure(text: str, reference_bits: int, coding: Coding) -> Measure:
    size, limit = _sizes(text, coding), room(coding)
    units: tuple[int, ...] = (size(text),)
    if units[0] > limit:
        limit = room(coding, reference_bits)
        units = tuple(map(size, _divide(text, coding, limit, size)))
    return Measure(coding.alphabet, len(units), units, limit - units[-1])


def _divide(text: str, coding: Coding, limit: int, size: Size) -> list[str]:
    plain = list(_fill(text, limit, size))
    if coding == GSM7 or text.isascii():  # no two letters of these are one sign
        return plain
    kept = list(_fill(text, limit, size, signs=True))
    return kept if len(kept) == len(plain) else plain


def _counted(septets: int, reference_bits: int) -> Measure:
    """Count the parts of a text of single septets, which can be divided anywhere."""
    if septets < len(_SHORT):
        return _SHORT[septets]
    limit = room(GSM7, reference_bits)
    full, rest = divmod(septets - 1, limit)
    return Measure("gsm7", full + 1, (limit,) * full + (rest + 1,), limit - rest - 1)


def _fill(text: str, limit: int, size: Size, signs: bool = False) -> Iterator[str]:
    """Yield the fullest parts in turn; a letter is never divided, nor are `signs` if so asked."""
    start = 0
    while start < len(text):
        end = min(start + limit, len(text))
        while (over := size(text[start:end]) - limit) > 0:
            end -= -(-over // 2)  # a letter takes two units at most
        end = _before_sign(text, start, end) if signs else end
        yield text[start:end]
        start = end


def _before_sign(text: str, start: int, end: int) -> int:
    """Return where the sign begins that a cut would divide; the cut if it divides none.

    A sign longer than a part is divided.
    """
    space = text.rfind(" ", start + 1, end)
    begins = space if space > 0 and text[space - 1] != _JOINER else start
    for sign in _CLUSTER.finditer(text, begins, end + 1):
        if sign.end() > end and sign.start() > start:
            return sign.start()
    return end


def _size(text: str, coding: Coding) -> int:
    """Return the units of a text: its septets, UTF-16 units or octets."""
    return _sizes(text, coding)(text)


def _sizes(text: str, coding: Coding) -> Size:
    """Return what counts the units of any piece of a text."""
    if coding.alphabet == "ucs2":
        return len if _units(text) == len(text) else _units
    wide = [letter for letter in doubles(coding) if letter in text]
    return (lambda piece: len(piece) + sum(map(piece.count, wide))) if wide else len


def _units(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


_JOINER = "\u200d"
_WIDTH = {"ucs2": 2, "8bit": 1}
_SHORT = tuple(Measure("gsm7", 1, (size,), 160 - size) for size in range(161))
