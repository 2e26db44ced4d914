"""Whatever a network says over a live link, it is answered, or the line ends with a reason."""

import random
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

from gateway.domain.messages import Inbound, Outcome
from gateway.providers.smpp.pdu import Command, Message, Pdu, read_message, write_message
from tests.providers.smsc import Smsc
from tests.providers.test_smpp_link import CODE, PERSON, Ears, batch, bound, opened, until

__all__ = ["opened"]
DELIVER, ANSWER, NACK = 0x05, 0x80000005, 0x80000000
WHOLE = Message(
    PERSON, CODE, b"MAJI kwangu", "CMT", 0, 0, 1, "260801100000000+", "000001000000000R", 1, 0, 1, 0
)
BODY = write_message(WHOLE)


def fields(body: bytes) -> Iterator[tuple[str, int, int]]:
    """Every mandatory field of a deliver_sm: its name, where it begins, and its length."""
    at = 0
    for name, size in (
        ("service_type", 0), ("source_addr_ton", 1), ("source_addr_npi", 1), ("source_addr", 0),
        ("dest_addr_ton", 1), ("dest_addr_npi", 1), ("destination_addr", 0), ("esm_class", 1),
        ("protocol_id", 1), ("priority_flag", 1), ("schedule_delivery_time", 0),
        ("validity_period", 0), ("registered_delivery", 1), ("replace_if_present_flag", 1),
        ("data_coding", 1), ("sm_default_msg_id", 1), ("sm_length", 1),
    ):  # fmt: skip
        size = size or body.index(b"\0", at) + 1 - at
        yield name, at, size
        at += size
    yield "short_message", at, len(body) - at


FIELDS = list(fields(BODY))


def spoiled(at: int, size: int) -> list[bytes]:
    """One field cut off, cut in the middle, left out, made too long, and of other octets."""
    before, field, after = BODY[:at], BODY[at : at + size], BODY[at + size :]
    long = field[:-1] + b"9" * 300 + field[-1:]
    return [
        before,
        before + field[: size // 2],
        before + after,
        before + long + after,
        before + b"\xff" * size + after,
        before + b"\0" * size + after,
        before + bytes(octet ^ 0xFF for octet in field) + after,
    ]


def lives(smsc, ears):
    """A good message still gets in, and out."""
    before = len(ears.events)
    assert smsc.deliver(Message(PERSON, CODE, b"MAJI")).status == 0
    assert isinstance(ears.events[before], Inbound)


@pytest.mark.parametrize("name, at, size", [pytest.param(*one, id=one[0]) for one in FIELDS])
def test_a_field_that_is_cut_too_long_or_odd_is_answered_and_the_line_stays(opened, name, at, size):
    with Smsc() as smsc:
        ears = Ears()
        bound(opened(smsc, ears))
        line = smsc.bound[0]
        bodies = spoiled(at, size)
        line.say(*(Pdu(DELIVER, 0, number, body) for number, body in enumerate(bodies, 1)))
        answers = {}
        for _ in bodies:
            answer = line.answers.get(timeout=5)
            answers[answer.sequence] = answer
        assert {(one.command, one.body) for one in answers.values()} == {(ANSWER, b"\0")}
        assert {one.status for one in answers.values()} <= {0x00, 0x01, 0x0A}
        assert answers[1].status == 1  # nothing of it is there
        lives(smsc, ears)
        assert len(smsc.lines) == 1


def test_the_table_of_fields_is_whole():
    assert len(FIELDS) == 18
    assert sum(size for _, _, size in FIELDS) == len(BODY)
    assert read_message(BODY) == WHOLE


LENGTHS = [0, 4, 15, 65_537, 1 << 30, 0x7FFFFFFF, 0xFFFFFFFF]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("command", [DELIVER, ANSWER, 0x15])
def test_a_length_that_no_pdu_has_ends_the_line_with_a_reason(opened, length, command):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears))
        line = smsc.bound[0]
        # What came whole before it still counts.
        good = Pdu(DELIVER, 0, 7, BODY)
        line.sock.sendall(bytes(good) + struct.pack(">IIII", length, command, 0, 8))
        until(lambda: len(smsc.lines) == 2)
        bound(provider)
        assert any("a length no PDU has" in state for state in ears.states)
        assert len(ears.events) == 1
        lives(smsc, ears)


def test_a_pdu_that_is_never_finished_holds_up_nobody_and_ends_with_the_line(opened):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears, enquire="0.2", timeout="0.5"))
        smsc.silent = True
        smsc.bound[0].sock.sendall(bytes(Pdu(DELIVER, 0, 7, BODY))[:-1])
        until(lambda: len(smsc.lines) == 2)
        smsc.silent = False
        bound(provider)
        assert "they do not answer" in ears.states
        assert ears.events == []
        lives(smsc, ears)


TLVS = {
    "one nobody knows": bytes.fromhex("3fff0004") + b"\0\1\2\3",
    "one that says more than there is": bytes.fromhex("1499ffff") + b"ab",
    "half of one": bytes.fromhex("0424"),
    "one without a value": bytes.fromhex("04270000"),
    "one twice": bytes.fromhex("020c00020001") * 2,
    "a payload of sixty thousand": bytes.fromhex("0424ea60") + b"x" * 60_000,
    "a thousand": bytes.fromhex("300000010a") * 1000,
}


@pytest.mark.parametrize("tlvs", TLVS.values(), ids=TLVS)
def test_an_odd_optional_field_costs_nobody_the_message(opened, tlvs):
    with Smsc() as smsc:
        ears = Ears()
        bound(opened(smsc, ears))
        line = smsc.bound[0]
        line.say(Pdu(DELIVER, 0, 7, BODY + tlvs))
        answer = line.answers.get(timeout=5)
        assert (answer.command, answer.status, answer.sequence) == (ANSWER, 0, 7)
        (event,) = ears.events
        assert event.text == "MAJI kwangu"
        lives(smsc, ears)


@pytest.mark.parametrize("seed", range(8))
def test_octets_at_random_are_answered_or_end_the_line(opened, seed):
    chance = random.Random(seed)
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears))
        for _ in range(10):
            until(lambda: provider.state == "bound" and smsc.bound)
            line, lines = smsc.bound[-1], len(smsc.lines)
            body = chance.randbytes(chance.randrange(200))
            command = chance.choice([*Command, *(one | NACK for one in Command), 0x99])
            length = chance.choice([16 + len(body)] * 4 + [chance.randrange(1 << 32)])
            head = struct.pack(">IIII", length, command, chance.randrange(600), 0x7000)
            line.sock.sendall(head + body)
            if 16 <= length <= 65_536 and length > 16 + len(body):
                line.cut()  # else both would wait for the rest
            # Asked after it, the question is answered, or the line is another one.
            question = Pdu(Command.ENQUIRE_LINK, 0, 0x7001)
            with suppress(OSError):
                line.say(question)
            until(lambda line=line, lines=lines: answered(line) or len(smsc.lines) > lines)
        bound(provider)
        lives(smsc, ears)
        assert {r.outcome for r in provider.send(batch(3))} == {Outcome.ACCEPTED}


def answered(line) -> bool:
    """Tell whether the question was answered; what was answered before it is passed over."""
    while not line.answers.empty():
        if line.answers.get().sequence == 0x7001:
            return True
    return False


@pytest.mark.parametrize(
    "body", [b"", b"no end", b"x" * 60_000 + b"\0", b"\xff\xfe\0", b"\0", b"\0\x04\x27\xff\xff"]
)
def test_an_odd_answer_to_what_we_asked_ends_nothing(opened, body):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        smsc.body = body
        (result,) = provider.send(batch(1))
        assert result.outcome is Outcome.ACCEPTED
        assert len(result.reference or "") <= 65
        assert len(smsc.lines) == 1
