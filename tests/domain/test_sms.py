"""The rules of text on the air, against vectors that other implementations agree on."""

import json
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import sms
from gateway.domain.messages import Part
from gateway.domain.sms import alphabet, locking, lookalikes, parts, single

VECTORS = Path(__file__).parent.parent / "vectors" / "encoding"


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def cases(name):
    return [pytest.param(v, id=v["id"]) for v in load(name)["vectors"]]


def letters(table):
    return {int(septet, 16): chr(int(code[2:], 16)) for septet, code in table.items()}


def coding_for(vector):
    tables = vector["national_language"] or {}
    return sms.Coding(vector["encoding"], tables.get("locking") or 0, tables.get("single") or 0)


# Alphabets


def test_the_basic_alphabet_is_the_standard_one():
    assert {s: c for s, c in enumerate(alphabet.BASIC) if s != 0x1B} == letters(
        load("gsm0338")["basic"]
    )


def test_the_extension_table_is_the_standard_one():
    for septet, letter in letters(load("gsm0338")["extension"]).items():
        assert sms.encode(letter) == bytes((0x1B, septet))
        assert sms.decode(bytes((0x1B, septet))) == letter


@pytest.mark.parametrize(
    "language", load("national_shift_tables")["languages"], ids=lambda language: language["name"]
)
def test_national_tables_are_the_standard_ones(language):
    number = language["id"]
    pairs = single.TABLES[number]
    assert dict(zip(map(ord, pairs[::2]), pairs[1::2], strict=True)) == letters(language["single"])
    main = {s: c for s, c in enumerate(locking.TABLES.get(number, "")) if c != "\ufffe"}
    assert main == letters(language["locking"] or {})


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        pytest.param("1b", "", id="a-lone-escape-is-nothing"),
        pytest.param("611b", "a", id="an-escape-at-the-end-is-nothing"),
        pytest.param("1b41", "A", id="an-undefined-escape-shows-the-basic-letter"),
        pytest.param("1b1b65", "\u20ac", id="an-escape-twice-counts-once"),
        pytest.param("1b6565", "\u20ace", id="only-one-septet-is-escaped"),
    ],
)
def test_escapes_that_tables_do_not_hold_are_still_read(septets, text):
    assert sms.decode(bytes.fromhex(septets)) == text


def test_what_cannot_be_encoded_is_refused_by_place_and_not_by_text():
    with pytest.raises(sms.Unencodable) as error:
        sms.encode("salaam \u0633")
    assert error.value.place == 7
    assert "\u0633" not in str(error.value)


# Parts


@pytest.mark.parametrize("vector", cases("segment_vectors"))
def test_a_text_takes_the_parts_that_others_count(vector):
    coding, bits = coding_for(vector), vector["concat_ref_bits"]
    divided = parts.divide(vector["text"], bits, coding)
    units = [parts._size(part, coding) for part in divided]
    accepted = (vector["units_per_segment"], vector.get("units_per_segment_grapheme_safe"))
    assert units in accepted
    assert len(divided) == vector["segments"]
    assert "".join(divided) == vector["text"]
    assert parts.room(coding, bits if len(units) > 1 else None) == vector["limit_per_segment"]


@pytest.mark.parametrize("vector", cases("segment_vectors"))
def test_the_alphabet_is_chosen_as_others_choose_it(vector):
    if vector.get("forced_encoding") or vector["national_language"]:
        assert sms.measure(vector["text"], vector["concat_ref_bits"], coding_for(vector)).parts
        return
    assert parts.choose(vector["text"]).alphabet == vector["encoding"]


def test_what_is_counted_is_what_is_sent_in_its_composed_form():
    assert sms.measure("cafe\u0301") == sms.Measure("gsm7", 1, (4,), 156)
    assert sms.split("cafe\u0301") == ["caf\u00e9"]


@pytest.mark.parametrize(
    "vector",
    [v for v in load("segment_vectors")["vectors"] if "units_per_segment_grapheme_safe" in v],
)
def test_signs_stay_whole_where_that_costs_no_part(vector):
    units = parts.divide(vector["text"], 8, coding_for(vector))
    sizes = [parts._size(part, coding_for(vector)) for part in units]
    assert sizes == vector["units_per_segment_grapheme_safe"]


def test_signs_are_divided_where_keeping_them_would_cost_a_part():
    text = "\u0416" * 66 + "e\u0323" + "\u0416" * 66
    assert [len(part) for part in parts.divide(text, 8, sms.UCS2)] == [67, 67]


def test_half_a_pair_that_came_in_is_counted_all_the_same():
    assert sms.measure("\ud83d") == sms.Measure("ucs2", 1, (1,), 69)


@pytest.mark.parametrize(("bits", "limit"), [(8, 153), (16, 152)])
def test_the_room_left_is_that_of_the_last_part(bits, limit):
    assert sms.measure("x" * 200, bits).left == 2 * limit - 200


@given(st.text(), st.sampled_from((8, 16)))
def test_parts_joined_give_the_text(text, bits):
    divided = sms.split(text, bits)
    told = [(Part(1, len(divided), n), part) for n, part in enumerate(divided, 1)]
    assert sms.join(reversed(told)) == sms.Joined("".join(divided))
    assert "".join(divided) == normalize("NFC", text)


@given(st.text(max_size=700), st.sampled_from((8, 16)))
def test_no_part_is_over_its_limit_and_every_part_counts_the_same(text, bits):
    measured = sms.measure(text, bits)
    divided = sms.split(text, bits)
    coding = sms.Coding(measured.alphabet)
    assert measured.parts == len(divided) == len(measured.units)
    limit = sms.room(coding, bits if measured.parts > 1 else None)
    assert all(units <= limit for units in measured.units)
    assert tuple(parts._size(part, coding) for part in divided) == measured.units
    assert measured.left == limit - measured.units[-1] >= 0


@given(st.text("ab[{\u20ac\u0394\u00e9", max_size=500) | st.text("\u0416\U0001f600a", max_size=250))
def test_every_part_but_the_last_is_as_full_as_can_be(text):
    coding = parts.choose(text)
    divided = sms.split(text)
    limit = sms.room(coding, 8)
    for part, following in pairwise(divided):
        assert parts._size(part + following[0], coding) > limit


@pytest.mark.parametrize("text", ["x" + "\u0316" * 500, "\u0416 \U0001f468" + "\u200d" * 300])
def test_a_sign_longer_than_a_part_is_divided(text):
    divided = sms.split(text)
    assert "".join(divided) == text
    assert sms.measure(text).units == tuple(parts._size(part, sms.UCS2) for part in divided)
    assert max(sms.measure(text).units) <= 67


@given(
    st.text(
        alphabet="\U0001f1f3\U0001f1f5\U0001f468\u200d\U0001f33e\u0915\u094d\u0937a", max_size=400
    )
)
def test_a_pair_is_never_divided(text):
    for part in sms.split(text):
        assert part.encode("utf-16-be").decode("utf-16-be") == part


@pytest.mark.parametrize(
    ("told", "text", "missing"),
    [
        pytest.param([(2, 1, "a"), (2, 2, "b")], "ab", (), id="in-order"),
        pytest.param([(2, 2, "b"), (2, 1, "a"), (2, 1, "x")], "ab", (), id="told-twice"),
        pytest.param([(3, 1, "a"), (3, 3, "c")], "a[\u2026]c", (2,), id="a-gap-shows"),
        pytest.param([(4, 4, "d")], "[\u2026]d", (1, 2, 3), id="one-mark-a-gap"),
        pytest.param([(3, 1, "a")], "a[\u2026]", (2, 3), id="the-end-never-came"),
        pytest.param([(2, 1, "a"), (2, 3, "?"), (2, 0, "?"), (2, 2, "b")], "ab", (), id="nonsense"),
    ],
)
def test_parts_are_put_together_whatever_came(told, text, missing):
    joined = sms.join((Part(7, total, number), text) for total, number, text in told)
    assert joined == sms.Joined(text, missing)
    assert joined.whole == (not missing)


# Packing, headers, user data


@pytest.mark.parametrize("vector", cases("packing_vectors"))
def test_septets_are_packed_as_others_pack_them(vector):
    septets = bytes.fromhex("".join(vector["septets"]))
    packed = bytes.fromhex(vector["packed_hex"])
    fill, ussd = vector["fill_bits"], vector["ussd_padding"]
    assert sms.encode(vector["text"]) == septets
    assert sms.pack(septets, fill, ussd) == packed
    assert sms.unpack(packed, len(septets), fill) == septets
    if ussd:
        assert sms.unpack(packed, len(packed) * 8 // 7, ussd=True) == septets
    if vector["header_hex"]:
        header, size = sms.read_header(bytes.fromhex(vector["header_hex"]))
        assert sms.write_header(header).hex() == vector["header_hex"].lower()
        assert -size * 8 % 7 == fill


@given(st.binary(max_size=400), st.integers(0, 6))
def test_unpacking_undoes_packing(octets, fill):
    septets = bytes(octet & 0x7F for octet in octets)
    assert sms.unpack(sms.pack(septets, fill), len(septets), fill) == septets


def test_too_few_octets_are_refused():
    with pytest.raises(ValueError, match="cannot hold"):
        sms.unpack(b"\x00", 2)


def delivered(pdu):
    """Return flags, data coding and user data of an SMS-DELIVER, header fields skipped."""
    octets = bytes.fromhex(pdu)
    at = octets[0] + 1
    headed, digits = bool(octets[at] & 0x40), octets[at + 1]
    at += 3 + (digits + 1) // 2
    dcs, length = octets[at + 1], octets[at + 9]
    return sms.UserData(length, octets[at + 10 :], headed), dcs


@pytest.mark.parametrize("vector", [c for c in cases("pdu_vectors") if "deliver" in c.id])
def test_user_data_of_a_message_is_read_and_written_back(vector):
    data, dcs = delivered(vector["pdu_hex"])
    expect = vector["expect"]
    header, text = sms.read_user_data(data, dcs)
    assert text == expect["text"]
    if "concat" in expect:
        told = expect["concat"]
        assert header.part == Part(told["ref"], told["total"], told["seq"])
    tables = expect.get("national_language", {})
    assert (header.locking, header.single) == (tables.get("locking", 0), tables.get("single", 0))
    written = sms.write_user_data(text, sms.coding_of(dcs).alphabet, header)
    assert written == data


@pytest.mark.parametrize("vector", [c for c in cases("pdu_vectors") if "bad-ud" in c.id])
def test_user_data_cut_short_is_refused(vector):
    data, dcs = delivered(vector["pdu_hex"])
    with pytest.raises(ValueError, match=r"cannot hold|longer|shorter"):
        sms.read_user_data(data, dcs)


@pytest.mark.parametrize("vector", [c for c in cases("pdu_vectors") if "submit" in c.id])
def test_user_data_of_what_we_submit_is_as_others_write_it(vector):
    asked = vector["input"]
    header = sms.Header()
    if "udh" in asked:
        header, _ = sms.read_header(b"\x05" + bytes.fromhex(asked["udh"]))
    data = sms.write_user_data(asked["text"], asked.get("enc", "gsm7"), header)
    assert vector["pdu_hex"].lower().endswith(f"{data.length:02x}{data.octets.hex()}")


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        pytest.param("0608041234 0302", sms.Header(Part(0x1234, 3, 2), 16), id="16-bit"),
        pytest.param("06050415b3 15b3", sms.Header(ports=(0x15B3, 0x15B3)), id="ports"),
        pytest.param("0404020b0c", sms.Header(ports=(11, 12)), id="8-bit-ports"),
        pytest.param("03180101", sms.Header(), id="a-decimal-slip-is-passed-over"),
        pytest.param("0300010a", sms.Header(), id="a-wrong-length-is-passed-over"),
        pytest.param("0b0003050201 250106 240106", sms.Header(Part(5, 2, 1), 8, 6, 6), id="both"),
        pytest.param("0100", sms.Header(), id="half-an-element-is-passed-over"),
    ],
)
def test_headers_are_read(octets, header):
    data = bytes.fromhex(octets)
    assert sms.read_header(data) == (header, len(data))


@pytest.mark.parametrize("octets", ["", "05000301", "0300ff01"])
def test_headers_cut_short_are_refused(octets):
    with pytest.raises(sms.BadHeader):
        sms.read_header(bytes.fromhex(octets))


CODINGS = [
    sms.Coding("gsm7", main, shift)
    for main in (0, *locking.TABLES)
    for shift in (0, *single.TABLES)
    if main == shift or not main or not shift
]


@pytest.mark.parametrize("coding", CODINGS, ids=str)
def test_every_letter_of_an_alphabet_comes_back(coding):
    text = "".join(alphabet.septets_of(coding))
    assert sms.decode(sms.encode(text, coding), coding) == text


@given(st.data())
def test_decoding_undoes_encoding_in_every_alphabet(data):
    coding = data.draw(st.sampled_from(CODINGS))
    text = data.draw(st.text(alphabet=st.sampled_from(sorted(alphabet.septets_of(coding)))))
    assert sms.decode(sms.encode(text, coding), coding) == text
    header = sms.Header(Part(200, 2, 1), 8, coding.locking, coding.single)
    written = sms.write_user_data(text, "gsm7", header)
    assert sms.read_user_data(written) == (header, text)


def test_national_tables_are_taken_only_where_they_are_cheaper():
    turkish = "Yar\u0131n g\u0131da da\u011f\u0131t\u0131m\u0131 " * 5
    assert sms.measure(turkish) == sms.Measure("ucs2", 2, (67, 33), 34)
    assert sms.national(turkish, 1) == sms.Coding("gsm7", 0, 1)
    assert sms.national(turkish + turkish[:40], 1) == sms.Coding("gsm7", 1, 0)
    assert sms.national("Water at 9", 1) == sms.GSM7
    assert sms.national("\u0432\u043e\u0434\u0430", 1) == sms.UCS2


# Advice


@pytest.mark.parametrize(("code", "plain"), load("smart_encoding")["map"].items())
def test_look_alikes_are_replaced_as_twilio_replaces_them(code, plain):
    letter = chr(int(code[2:], 16))
    assert lookalikes.SMART[ord(letter)] == plain
    composed = normalize("NFC", letter)  # U+2001 becomes U+2003 before anything else
    assert sms.smart("Q" + letter) == "Q" + lookalikes.SMART[ord(composed)]


def test_nothing_is_replaced_unless_all_of_it_then_fits():
    assert sms.smart("\u201c\u0645\u0627\u0621\u201d") == "\u201c\u0645\u0627\u0621\u201d"
    assert sms.explain("\u201c\u0645\u0627\u0621\u201d").suggestion is None


def test_an_explanation_names_the_letters_and_what_would_bring_the_text_back():
    told = sms.explain("Eau \u2013 l\u2019\u00e9cole\u00a0: 9\u2026")
    assert told.alphabet == "ucs2"
    assert told.letters == ("\u2013", "\u2019", "\u00a0", "\u2026")
    assert dict(told.replacements) == {"\u2013": "-", "\u2019": "'", "\u00a0": " ", "\u2026": "..."}
    assert told.suggestion == "Eau - l'\u00e9cole : 9..."
    assert told.then == sms.measure(told.suggestion)


@pytest.mark.parametrize("text", ["gar\u00e7on \u2019", "m\u0303 e", "\u1ecdj\u1ecd\u0301"])
def test_a_letter_of_a_language_is_never_offered_up(text):
    told = sms.explain(text)
    assert told.alphabet == "ucs2"
    assert told.suggestion is None
    assert "?" not in "".join(plain for _, plain in told.replacements)


def test_a_text_that_fits_needs_no_explanation():
    assert sms.explain("Maji yapo") == sms.Explanation("gsm7", 1, 151, (), ())
