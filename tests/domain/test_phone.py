"""Addresses as people and providers write them."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import calling, phone
from gateway.domain.phone import Address, BadNumber

PHONES = [
    ("+254712345678", None, "+254712345678"),
    ("254712345678", "KE", "+254712345678"),
    ("254712345678", "UG", "+254712345678"),
    ("254712345678", None, "+254712345678"),
    ("0712 345 678", "KE", "+254712345678"),
    ("0917 123 4567", "PH", "+639171234567"),
    ("984-1000001", "NP", "+9779841000001"),
    ("\u0966\u096f\u096e\u096a\u0967\u0966\u0966\u0966\u0966\u0966\u0967", "NP", "+9779841000001"),
    ("+\u0662\u0665\u0664\u0667\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", None, None),
    ("\u09e6\u09e7\u09ed\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee", "BD", "+8801712345678"),
    ("\uff0b254712345678", None, "+254712345678"),
    (" +254 (712) 345\u2011678 ", None, "+254712345678"),
    ("tel:+254712345678", None, "+254712345678"),
    ("+44 (0)7700 900123", None, "+447700900123"),
    ("+4407700900123", None, "+447700900123"),
    ("+447700900123", None, "+447700900123"),
    ("07700 900123", "GB", "+447700900123"),
    ("+15550100", None, "+15550100"),
    ("+1 555 0100", None, "+15550100"),
    ("+12025550143", None, "+12025550143"),
    ("5912345", "VU", "+6785912345"),
    ("90000001", "NE", "+22790000001"),
    ("whatsapp:+254712345678", "KE", "whatsapp:+254712345678"),
    ("WhatsApp:+254 712 345678", "KE", "whatsapp:+254712345678"),
]


@pytest.mark.parametrize(("raw", "region", "value"), PHONES)
def test_a_phone_is_written_in_international_form(raw, region, value):
    assert phone.normalise(raw, region) == Address("phone", value or "+254712345678")


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("4636", "US"),
        ("143", "PH"),
        ("40404", "KE"),
        ("40404", "DE"),
        ("8008", "UG"),
        ("12345678", None),
        ("15700", "XX"),
    ],
)
def test_a_few_digits_are_a_short_code(raw, region):
    assert phone.normalise(raw, region) == Address("short", raw)


@pytest.mark.parametrize("raw", ["InfoRC", "MTN-Info", "Safaricom", "RED CROSS", "Alert112", "A"])
def test_letters_are_a_name(raw):
    assert phone.normalise(raw, "KE") == Address("name", raw)


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("+", "RW", id="only-a-plus"),
        pytest.param("+25", "KE", id="no-such-code"),
        pytest.param("+2547", "KE", id="too-short"),
        pytest.param("+250788000001000000000000", "RW", id="over-15-digits"),
        pytest.param("+2250700112", None, id="a-length-its-country-gave-up"),
        pytest.param("+999123456789", None, id="a-code-nobody-has"),
        pytest.param("00254712345678", "KE", id="kenya-dials-000"),
        pytest.param("0712345678", None, id="national-without-a-region"),
        pytest.param("12", "KE", id="two-digits"),
        pytest.param("MTN@?", "RW", id="a-name-with-signs"),
        pytest.param("RedCrossKenya", "KE", id="a-name-of-13-letters"),
        pytest.param("unknown", "KE", id="nobody"),
        pytest.param("mailto:a@b", None, id="another-kind"),
        pytest.param("whatsapp:hello", None, id="whatsapp-without-a-number"),
        pytest.param("+254712345678;+254712345679", None, id="two-at-once"),
        pytest.param("\u0661\u0662", None, id="two-arabic-digits"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(raw, region):
    with pytest.raises(BadNumber) as error:
        phone.normalise(raw, region)
    assert len(raw) < 4 or raw not in str(error.value)
    assert error.value.__context__ is None


@given(st.text(max_size=30), st.sampled_from((None, "KE", "NP", "VU", "US")))
def test_whatever_is_written_gives_an_address_or_bad_number(raw, region):
    try:
        address = phone.normalise(raw, region)
    except BadNumber:
        return
    assert address.kind in ("phone", "short", "name")
    assert phone.normalise(address.value, region) == address


@given(
    st.sampled_from(sorted(calling.POSSIBLE)), st.from_regex(r"[1-9][0-9]{2,12}", fullmatch=True)
)
def test_possible_lengths_are_those_of_the_library(code, national):
    number = phonenumbers.PhoneNumber(int(code), int(national))
    assert calling.possible(code + national) == phonenumbers.is_possible_number(number)


def test_calling_codes_are_those_of_the_library():
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    assert {int(code) for code in calling.POSSIBLE} == set(known)
    assert {int(c): r for c, r in calling.REGION.items()} == {
        code: regions[0] for code, regions in known.items() if regions[0] != "001"
    }
    assert {int(c) for c in calling.SHARED} == {c for c, rs in known.items() if len(rs) > 1}


@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("+254712345678", "KE"),
        ("whatsapp:+254712345678", "KE"),
        ("+15550100", "US"),
        ("+14165550143", "CA"),
        ("+18765550143", "JM"),
        ("+447700900123", "GB"),
        ("+77011234567", "KZ"),
        ("+80012345678", None),
        ("4636", None),
        ("InfoRC", None),
    ],
)
def test_the_country_of_a_number(value, region):
    assert phone.country(value) == region


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+254712345678", "***678"),
        ("whatsapp:+15550143", "***143"),
        ("40404", "***404"),
        ("143", "***"),
        ("InfoRC", "***"),
        ("", "***"),
    ],
)
def test_a_mask_shows_three_digits_at_most(value, shown):
    assert phone.mask(value) == shown


def test_a_plain_number_loads_no_library():
    code = (
        "import sys; from gateway.domain import phone; phone.normalise('+254712345678');"
        "phone.country('+254712345678'); sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
