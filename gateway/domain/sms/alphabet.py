"""The letters an SMS can carry in seven bits, and a text as septets and back."""

from codecs import charmap_decode
from functools import lru_cache
from typing import NamedTuple

from gateway.domain.sms import locking, single

ESCAPE = 0x1B
_NONE = "\ufffe"  # what codecs calls "no character here"

# 3GPP TS 23.038 6.2.1; row by row, sixteen septets each.
BASIC = (
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5"
    "\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\ufffe\u00c6\u00e6\u00df\u00c9"
    " !\"#\u00a4%&'()*+,-./"
    "0123456789:;<=>?"
    "\u00a1ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7"
    "\u00bfabcdefghijklmno"
    "pqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
EXTENSION = "\x0a\x0c\x14^\x28{\x29}\x2f\\\x3c[\x3d~\x3e]\x40|\x65\u20ac"  # septet, character


class Unencodable(ValueError):
    """A character the alphabet does not hold; `place` says where, never what."""

    def __init__(self, place: int) -> None:
        super().__init__(f"character {place} is not in the alphabet")
        self.place = place


class Coding(NamedTuple):
    """How a text goes on the air: gsm7, ucs2 or 8bit, and the national tables in force.

    `locking` and `single` are 3GPP language ids; 0 is the default table.
    """

    alphabet: str = "gsm7"
    locking: int = 0
    single: int = 0


GSM7 = Coding()
UCS2 = Coding("ucs2")
OCTETS = Coding("8bit")


def fits(text: str) -> bool:
    r"""Say whether the default seven-bit alphabet holds every character.

    >>> fits("maji hakuna [2]"), fits("l\u2019eau")
    (True, False)
    """
    if text.isascii():
        return _NO_SEPTET not in text.encode().translate(_LATIN)
    return _DEFAULT.issuperset(text)


def encode(text: str, coding: Coding = GSM7) -> bytes:
    """Return a text as septets, one a byte; Unencodable where a character has none.

    >>> encode("a{b").hex()
    '611b2862'
    """
    octets = _latin(text) if coding == GSM7 else None
    if octets is None or _NO_SEPTET in octets:
        return b"".join(each(text, coding))
    return octets if octets.isascii() else _escaped(octets)


def each(text: str, coding: Coding) -> list[bytes]:
    """Return the septets of each character; Unencodable where one has none."""
    septets = septets_of(coding)
    try:
        return [septets[letter] for letter in text]
    except KeyError:
        place = next(i for i, letter in enumerate(text) if letter not in septets)
        raise Unencodable(place) from None


def decode(septets: bytes, coding: Coding = GSM7) -> str:
    """Return septets as text; never fails: what no table holds is shown as U+FFFD.

    >>> decode(bytes.fromhex("611b28621b"))
    'a{b'
    """
    main, shifted = _tables(coding)
    head, *rest = septets.split(bytes((ESCAPE,)))
    text = [_read(head, main)]
    for piece in rest:
        if piece:
            text.append(shifted.get(piece[0]) or _read(piece[:1], main))
            text.append(_read(piece[1:], main))
    return "".join(text)


@lru_cache(maxsize=64)
def septets_of(coding: Coding) -> dict[str, bytes]:
    """Return what each character of a coding is on the air: one septet or two."""
    main, shifted = _tables(coding)
    escaped = {letter: bytes((ESCAPE, septet)) for septet, letter in shifted.items()}
    plain = {letter: bytes((septet,)) for septet, letter in enumerate(main) if letter != _NONE}
    return escaped | plain


@lru_cache(maxsize=64)
def doubles(coding: Coding) -> str:
    """Return the characters of a coding that take two septets.

    >>> "\u20ac" in doubles(GSM7), "e" in doubles(GSM7)
    (True, False)
    """
    return "".join(letter for letter, septets in septets_of(coding).items() if len(septets) == 2)


@lru_cache(maxsize=64)
def _tables(coding: Coding) -> tuple[str, dict[int, str]]:
    main = locking.TABLES.get(coding.locking, BASIC)
    pairs = single.TABLES.get(coding.single, EXTENSION)
    return main, {ord(septet): letter for septet, letter in zip(*[iter(pairs)] * 2, strict=True)}


def _read(septets: bytes, main: str) -> str:
    return charmap_decode(septets, "replace", main)[0]


def quick(text: str) -> bytes | None:
    """Return the septets of a text of single-septet Latin letters, or None.

    A text of Latin-1 letters is in NFC as it stands.
    """
    octets = _latin(text)
    return octets if octets is not None and octets.isascii() else None


def _latin(text: str) -> bytes | None:
    """Return an octet for each letter of a Latin-1 text, or None for any other.

    An octet from 0x80 stands for an escape and the septet; 0xFF is a letter that has neither.
    """
    try:
        return text.encode("latin-1").translate(_LATIN)
    except UnicodeEncodeError:
        return None


def _escaped(octets: bytes) -> bytes:
    for octet, septets in _ESCAPED:
        octets = octets.replace(octet, septets)
    return octets


_DEFAULT = frozenset(septets_of(GSM7))
_NO_SEPTET = 0xFF
_ESCAPED = [
    (bytes((0x80 | septet,)), bytes((ESCAPE, septet))) for septet in map(ord, EXTENSION[::2])
]


def _latin_octets() -> bytes:
    pairs = zip(EXTENSION[::2], EXTENSION[1::2], strict=True)
    octet_of = {letter: 0x80 | ord(septet) for septet, letter in pairs}
    octet_of |= {letter: septet for septet, letter in enumerate(BASIC)}
    return bytes(octet_of.get(chr(code), _NO_SEPTET) for code in range(256))


_LATIN = _latin_octets()
