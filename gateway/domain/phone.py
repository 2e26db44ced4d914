"""Who a message is from or to: a phone in international form, a short code, or a name."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import digit, normalize

from gateway.domain import calling

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_PLAIN = re.compile(r"\+([1-9][0-9]{6,14})")
_NAME = re.compile(r"[^\W_](?:[\w &.'-]{0,9}[\w.])?")
_SPACING = re.compile(r"[\s().\u2010-\u2015\u2212\u00a0\u200b-\u200f\u2060-\u2069/-]+")
_NOBODY = frozenset(
    "anonymous blocked none null private restricted unavailable unknown withheld".split()
)


class BadNumber(ValueError):
    """No address can be made of what was given; the message never repeats it."""


@dataclass(frozen=True, slots=True)
class Address:
    """`kind` is phone (value E.164, perhaps after `whatsapp:`), short or name."""

    kind: str
    value: str


def normalise(raw: str, region: str | None = None) -> Address:
    """Return the address a provider or a person wrote; BadNumber if it is none.

    A number needs only a possible length: many that ring are not in the tables yet.

    >>> normalise("0917 123 4567", "PH")
    Address(kind='phone', value='+639171234567')
    >>> normalise("4636", "US"), normalise("InfoRC")
    (Address(kind='short', value='4636'), Address(kind='name', value='InfoRC'))
    """
    return _plainly(raw) or _looked_up(raw, region)


def mask(value: str) -> str:
    """Return an address with only its last three digits.

    >>> mask("+254712345678"), mask("143"), mask("InfoRC")
    ('***678', '***', '***')
    """
    digits = [letter for letter in value if letter.isdigit()]
    return "***" + "".join(digits[-3:]) if len(digits) > 3 else "***"


def country(value: str) -> str | None:
    """Return the region (ISO 3166 alpha-2) of an E.164 number, or None.

    >>> country("+254712345678"), country("4636")
    ('KE', None)
    """
    number = value.rpartition(":")[2]
    if not number.startswith("+"):
        return None
    code = calling.code_of(number[1:])
    if code is None:
        return None
    return _sharer(number) if code in calling.SHARED else calling.REGION.get(code)


def _settled(digits: str) -> bool:
    """Say whether international digits can stand as they are, with no trunk zero inside."""
    code = calling.code_of(digits)
    return (
        code is not None and (digits[len(code)] != "0" or code == "39") and calling.possible(digits)
    )


@lru_cache(maxsize=4096)  # who writes is asked about several times in a moment
def _plainly(raw: str) -> Address | None:
    plain = _PLAIN.fullmatch(raw)
    return Address("phone", raw) if plain and _settled(plain[1]) else None


@lru_cache(maxsize=4096)
def _looked_up(raw: str, region: str | None) -> Address:
    scheme, _, number = raw.strip().rpartition(":")
    tidy = _tidy(number)
    if scheme.lower() == "whatsapp":
        found = _phone(tidy, None if tidy.startswith("+") else region)
        return Address("phone", f"whatsapp:{found}")
    if scheme.lower() not in ("", "tel", "sms"):
        raise BadNumber("an address of a kind we do not know")
    if re.search(r"[^\W\d_]", tidy):
        return Address("name", _name(number.strip()))
    if re.fullmatch(r"[0-9]{3,8}", tidy) and not _rings(tidy, region):
        return Address("short", tidy)
    return Address("phone", _phone(tidy, region))


def _tidy(number: str) -> str:
    """Return a number with digits of any script as ASCII, and without spacing marks."""
    written = normalize("NFKC", number)
    ascii_digits = (str(digit(c)) if c.isdigit() else c for c in written)
    return _SPACING.sub("", "".join(ascii_digits))


def _name(raw: str) -> str:
    if raw.lower() in _NOBODY or not _NAME.fullmatch(raw):
        raise BadNumber("a sender name has at most 11 letters, digits and spaces")
    return raw


def _rings(digits: str, region: str | None) -> bool:
    """Say whether a few bare digits are a phone of the region, not a short code.

    Small countries have mobile numbers of five to eight digits; elsewhere five digits that
    happen to be somebody's landline are far more often a service.
    """
    import phonenumbers
    from phonenumbers import PhoneNumberType

    number = _parsed(digits, region) if region else None
    if number is None or not phonenumbers.is_valid_number(number):
        return False
    mobile = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return len(digits) >= 7 or phonenumbers.number_type(number) in mobile


def _phone(tidy: str, region: str | None) -> str:
    """Return E.164: a valid number first, then one that is at least possible."""
    import phonenumbers

    if not re.fullmatch(r"\+?[0-9]{4,20}", tidy):
        raise BadNumber("not a phone number")
    tries = [_parsed(tidy, region)]
    if not tidy.startswith(("+", "0")):
        abroad = _parsed(f"+{tidy}", None)
        tries.append(abroad if abroad and phonenumbers.is_valid_number(abroad) else None)
    numbers = [number for number in tries if number is not None]
    for good in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in numbers:
            if good(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise BadNumber("not a possible phone number: write it with + and the country code")


def _parsed(number: str, region: str | None) -> "PhoneNumber | None":
    """Parse a number; None where it cannot be one. The library's message repeats it."""
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def _sharer(number: str) -> str | None:
    """Return which of the regions that share a code a number is in, or the main one."""
    import phonenumbers

    parsed = _parsed(number, None)
    region = phonenumbers.region_code_for_number(parsed) if parsed else None
    return region or calling.REGION[calling.code_of(number[1:]) or ""]
