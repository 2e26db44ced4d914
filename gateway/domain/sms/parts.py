"""How many parts a text takes, where it is divided, and how parts become a text again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import normalize

from gateway.domain.messages import Part
from gateway.domain.sms.alphabet import GSM7, UCS2, Coding, each, fits, quick, septets_of

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
        short = quick(text)
        if short is not None and len(short) <= 160:
            return _SHORT[len(short)]
    text = normalize("NFC", text)
    return _measure(text, reference_bits, coding or choose(text))


def split(text: str, reference_bits: int = 8, coding: Coding | None = None) -> list[str]:
    """Divide a text, in NFC, as it is sent: filled greedily, one string a part."""
    text = normalize("NFC", text)
    return divide(text, reference_bits, coding or choose(text))


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
    if _size(text, coding) <= room(coding):
        return [text]
    limit = room(coding, reference_bits)
    plain = list(_fill(text, _costs(text, coding), limit))
    signs = [] if text.isascii() else _CLUSTER.findall(text)
    if len(signs) == len(text) or not signs:
        return plain
    kept = list(_fill(signs, [_size(sign, coding) for sign in signs], limit))
    fitting = all(_size(part, coding) <= limit for part in kept)
    return kept if fitting and len(kept) == len(plain) else plain


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


def _measure(text: str, reference_bits: int, coding: Coding) -> Measure:
    units = tuple(_size(part, coding) for part in divide(text, reference_bits, coding))
    limit = room(coding, reference_bits if len(units) > 1 else None)
    return Measure(coding.alphabet, len(units), units, limit - units[-1])


def _fill(letters: Sequence[str], costs: Sequence[int], limit: int) -> Iterator[str]:
    """Yield the fullest parts in turn; a letter is never divided."""
    start = used = 0
    for place, cost in enumerate(costs):
        if used + cost > limit:
            yield "".join(letters[start:place])
            start, used = place, 0
        used += cost
    yield "".join(letters[start:])


def _size(text: str, coding: Coding) -> int:
    """Return the units of a text: its septets, UTF-16 units or octets."""
    if coding.alphabet == "gsm7":
        short = quick(text) if coding == GSM7 else None
        return len(short) if short is not None else sum(_costs(text, coding))
    if coding.alphabet == "ucs2":
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    return len(text)


def _costs(text: str, coding: Coding) -> list[int]:
    if coding.alphabet == "gsm7":
        return [len(septets) for septets in each(text, coding)]
    return [2 if letter > "\uffff" else 1 for letter in text]


_WIDTH = {"ucs2": 2, "8bit": 1}
_SHORT = tuple(Measure("gsm7", 1, (size,), 160 - size) for size in range(161))
