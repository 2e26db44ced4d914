"""SMPP is read, answered and written as its table says, octet for octet."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.domain.messages import Class, Outcome, Outgoing, Receipt, Screen, Turn
from gateway.domain.sms import read_header
from gateway.providers import Forged, Garbled, Hook
from gateway.providers.smpp import LINK, orders, texts, ussd
from gateway.providers.smpp.codes import outcome
from gateway.providers.smpp.errands import Errand, Sending
from gateway.providers.smpp.pdu import (
    BadFrame,
    BadPdu,
    Command,
    Message,
    Pdu,
    Tag,
    frames,
    read_message,
    read_tlvs,
    write_bind,
    write_message,
)
from gateway.providers.smpp.receipts import plain_id
from tests.providers.vectors import channel, in_our_words, table, told


def cases(*directions, refused=False):
    return [
        pytest.param(case, id=case["id"])
        for case in table("smpp")["vectors"]
        if case["direction"] in directions
        and (case["expect"].get("outcome", "accept") == "reject") == refused
    ]


def call(case):
    return Hook(LINK, "", "", {}, (), (), bytes.fromhex(case["request"]["pdu_hex"]))


def as_the_gateway_sees_it(event, provider, case):
    """Add what the gateway knows: the code a session began with, the ids it was given."""
    state = case.get("state", {})
    if isinstance(event, Turn) and "dialled" in state:
        return structs.replace(event, to=state["dialled"])
    for id in state.get("sent_ids", ()) if isinstance(event, Receipt) else ():
        if plain_id(id, provider.ear.answer_base) == event.reference:
            return structs.replace(event, reference=id)
    return event


@pytest.mark.parametrize("case", cases("inbound", "status", "ussd"))
def test_what_comes_is_read_as_the_table_says(case):
    provider = channel("smpp", case)
    provider.verify(call(case))
    found = [as_the_gateway_sees_it(e, provider, case) for e in provider.read(call(case))]
    wanted = case["expect"]["events"]
    assert len(found) == len(wanted)
    for event, expected in zip(map(told, found), map(in_our_words, wanted), strict=True):
        # No id comes with a message: the link names it, see doubts.py.
        event["external_id"] = event.get("external_id") or None
        assert {key: event[key] for key in expected} == expected


@pytest.mark.parametrize("case", cases("inbound", refused=True))
def test_what_cannot_be_read_is_refused_for_the_table_s_reason(case):
    with pytest.raises(Garbled) as caught:
        list(channel("smpp", case).read(call(case)))
    assert caught.value.reason == case["expect"]["reject_reason"]


@pytest.mark.parametrize("kind", ["message", "receipt", "ussd"])
def test_nothing_is_taken_over_the_web(kind):
    case = table("smpp")["vectors"][0]
    with pytest.raises(Forged):
        channel("smpp", case).verify(replace(call(case), kind=kind))


WORDS = {
    "accepted": Outcome.ACCEPTED,
    "throttled": Outcome.THROTTLED,
    "transient": Outcome.TRANSIENT,
    "failed": Outcome.REJECTED,
    "account": Outcome.ACCOUNT,
}


@pytest.mark.parametrize("case", cases("send-response"))
def test_an_answer_means_what_the_table_says(case):
    (pdu,) = frames(bytearray.fromhex(case["request"]["pdu_hex"]))
    (wanted,) = case["expect"]["recipients"]
    back = Sending(1, lambda give: give())
    errand = Errand(7, [b""], back)
    errand.begun = 1
    told = (0, pdu.status, pdu.body.rstrip(b"\0").decode())
    once = wanted["retry"] == "once"
    assert errand.answered(*told) is not once
    if once:
        errand.begun += 1
        assert errand.answered(*told)
    (result,) = back.results()
    assert (result.id, result.outcome) == (7, WORDS[wanted["result"]])
    assert result.reference == wanted["external_id"]
    accepted = result.outcome is Outcome.ACCEPTED
    assert result.error == (None if accepted else wanted["error_code"])


ENCODED = cases("encode")


@pytest.mark.parametrize(
    "case", [c for c in ENCODED if c.values[0]["input"]["command"] != "submit_sm"]
)
def test_a_bind_is_written_as_the_table_says(case):
    given_ = case["input"]
    keys = ("system_id", "password", "system_type", "addr_ton", "addr_npi", "address_range")
    body = write_bind(*(given_[key] for key in keys))
    pdu = Pdu(Command.BIND_TRANSCEIVER, 0, given_["sequence"], body)
    assert bytes(pdu).hex().upper() == case["expect"]["pdu_hex"]


def asked(given_):
    """What the project asks for, for the input of a table's case."""
    how = orders.Manner(
        source=orders.sender(given_["from"], str(given_["from_ton"]), str(given_["from_npi"])),
        service=given_.get("service_type", ""),
        long_message=given_.get("long_message", "udh8"),
        receipt=given_["registered_delivery"],
    )
    if "session" in given_:
        info: dict[int, bytes] = {Tag.ITS_SESSION_INFO: bytes.fromhex(given_["session"])}
        before = Message(orders.recipient(given_["to"]), how.source, service="USSD", tlvs=info)
        shown, preset = Screen(given_["text"], not given_["end"]), ussd.PRESETS[given_["preset"]]
        return orders.screen(before, shown, how, preset, None)
    message = Outgoing(given_.get("concat_ref", 1), given_["to"], given_["text"])
    return orders.order(message, how, 0.0)[given_.get("part", 1) - 1]


@pytest.mark.parametrize(
    "case", [c for c in ENCODED if c.values[0]["input"]["command"] == "submit_sm"]
)
def test_what_we_ask_is_written_as_the_table_says(case):
    given_ = case["input"]
    pdu = Pdu(Command.SUBMIT_SM, 0, given_["sequence"], write_message(asked(given_)))
    assert bytes(pdu).hex().upper() == case["expect"]["pdu_hex"]


def test_an_emergency_goes_before_and_an_expiry_is_told():
    how = orders.Manner(source=orders.sender("8008"))
    message = Outgoing(1, "+256772000001", "Maji leo", class_=Class.EMERGENCY, expires=1090.0)
    (first,) = orders.order(message, how, 1000.0)
    assert (first.priority, first.validity) == (3, "000000000130000R")
    (plain,) = orders.order(message, replace(how, priority=False, validity=False), 1000.0)
    assert (plain.priority, plain.validity) == (0, "")


PDUS = [bytes.fromhex(v["request"]["pdu_hex"]) for v in table("smpp")["vectors"] if "request" in v]
FIELDS = st.builds(
    Message,
    source=st.tuples(*[st.integers(0, 255)] * 2, st.text("0123456789", max_size=20)),
    to=st.tuples(*[st.integers(0, 255)] * 2, st.text("0123456789", max_size=20)),
    text=st.binary(max_size=254),
    service=st.text("ABCDUS", max_size=5),
    esm_class=st.integers(0, 255),
    protocol=st.integers(0, 255),
    priority=st.integers(0, 255),
    schedule=st.text("0123456789R", max_size=16),
    validity=st.text("0123456789R", max_size=16),
    receipt=st.integers(0, 255),
    replace=st.integers(0, 255),
    coding=st.integers(0, 255),
    ready_made=st.integers(0, 255),
    tlvs=st.dictionaries(st.integers(0, 0xFFFF) | st.sampled_from(Tag), st.binary(max_size=40)),
)


@given(FIELDS)
@settings(max_examples=200, deadline=None)
def test_every_field_comes_back_as_it_was_written(message):
    assert read_message(write_message(message)) == message


def survives(provider, octets):
    """Reading gives events, or refuses with a reason; nothing else."""
    reason = None
    try:
        for event in provider.read(Hook(LINK, "", "", {}, (), (), octets)):
            told(event)
    except Garbled as error:
        reason = error.reason
    assert reason in {None, "bad_length", "bad_pdu", "bad_number", "unknown_command"}


@given(st.sampled_from(PDUS), st.data())
@settings(max_examples=400, deadline=None)
def test_a_pdu_with_octets_changed_or_missing_is_read_or_refused(octets, data):
    changed = bytearray(octets)
    for _ in range(data.draw(st.integers(0, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(changed)))
    provider = channel("smpp", {"channel": {"receipt_by_text": "yes"}})
    survives(provider, bytes(changed))
    survives(provider, bytes(changed[:end]))
    whole = Pdu(Command.DELIVER_SM, 0, 1, bytes(changed[16 : max(16, end)]))
    survives(provider, bytes(whole))


@given(FIELDS)
@settings(max_examples=300, deadline=None)
def test_whatever_a_message_holds_it_is_read_or_refused(message):
    body = write_message(message)
    survives(channel("smpp", {}), bytes(Pdu(Command.DELIVER_SM, 0, 1, body)))


@pytest.mark.parametrize("length", [0, 15, 65537, 1 << 30, 0xFFFFFFFF])
def test_a_length_no_pdu_has_is_noticed_before_anything_is_waited_for(length):
    with pytest.raises(BadFrame):
        list(frames(bytearray(length.to_bytes(4, "big"))))


def test_pdus_in_pieces_are_put_together_and_those_before_a_bad_length_are_read():
    stream = b"".join(PDUS[:3]) + bytes.fromhex("40000000")
    received = bytearray()
    seen: list[Any] = []
    for octet in stream[:-1]:
        received.append(octet)
        seen += map(bytes, frames(received))
    received += stream[-1:]
    with pytest.raises(BadFrame):
        list(frames(received))
    assert seen == PDUS[:3]
    assert len(received) == 4


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"\0\1\1", b"CMT", b"\0\1\1256772000001\0\1\18008\0\0\0\0\0\0\0\0\0\0\5he"]
)
def test_a_body_that_ends_too_soon_is_refused(body):
    with pytest.raises(BadPdu):
        read_message(body)


def test_unknown_and_cut_optional_fields_are_passed_over():
    assert read_tlvs(bytes.fromhex("149900026162042700010242")) == {0x1499: b"ab", 0x0427: b"\2"}
    assert read_tlvs(bytes.fromhex("042700010204240fff61")) == {0x0427: b"\2"}


def test_a_status_nobody_knows_is_a_refusal():
    assert {outcome(status) for status in range(0x400, 0x500)} == {Outcome.REJECTED}


NATIONAL = {
    "turkish": "Yar\u0131n g\u0131da da\u011f\u0131t\u0131m\u0131 okulda. ",
    "hindi": "\u0915\u0932 \u092a\u093e\u0928\u0940 \u0906\u090f\u0917\u093e ",
    "urdu": "\u06a9\u0644 \u067e\u0627\u0646\u06cc ",
    "portuguese": "\u00c1gua pot\u00e1vel na pra\u00e7a \u00e0s \u00f3rdenes ",
}


def national_orders(language, text, **settings):
    given_ = {"channel": {"national_language": language, **settings}}
    return channel("smpp", given_).bodies(Outgoing(0x1234, "+256772000001", text))  # type: ignore[attr-defined]


@pytest.mark.parametrize("times", [10, 30])
@pytest.mark.parametrize("bits", ["udh8", "udh16"])
@pytest.mark.parametrize("language", NATIONAL)
def test_a_network_that_knows_a_national_alphabet_is_sent_it(language, bits, times):
    text = NATIONAL[language] * times
    parts = national_orders(language, text, long_message=bits)
    plain = national_orders("", text, long_message=bits)
    assert {(part.coding, part.esm_class) for part in parts} == {(0, 0x40)}
    assert {part.coding for part in plain} == {8}
    assert len(parts) < len(plain)
    heads = [read_header(part.text) for part in parts]
    number = orders.LANGUAGES.index(language) + 1
    for (head, size), part in zip(heads, parts, strict=True):
        assert {head.locking, head.single} <= {0, number}
        assert head.locking or head.single
        # On the air its octets are packed: 140 of them is all there is.
        assert size + -(-(len(part.text) - size) * 7 // 8) <= 140
        assert len(part.text) <= 254
    read = [texts.read(part, "gsm7-unpacked") for part in parts]
    assert "".join(one.text for one in read) == text
    numbers = [one.part.number if one.part else 1 for one in read]
    assert numbers == list(range(1, len(parts) + 1))


@pytest.mark.parametrize(
    "settings",
    [{"long_message": "sar"}, {"long_message": "payload"}, {"data_coding_0": "latin1"}],
)
def test_where_no_header_can_go_along_no_national_alphabet_is_used(settings):
    (part, *_) = national_orders("hindi", NATIONAL["hindi"] * 8, **settings)
    assert part.coding == 8


def test_where_it_saves_no_part_the_surer_way_is_taken():
    assert [part.coding for part in national_orders("hindi", NATIONAL["hindi"])] == [8]


def test_letters_of_another_language_go_as_ever():
    assert [part.coding for part in national_orders("hindi", "\u1208\u1230\u120b\u121d")] == [8]
    assert [part.esm_class for part in national_orders("hindi", "Maji leo")] == [0]
