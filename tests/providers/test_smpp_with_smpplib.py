"""The link speaks with a codec that another author wrote: every PDU of theirs is smpplib's."""

import socket
import struct
import threading
from queue import Queue

import pytest
from smpplib import gsm, smpp

from gateway.domain.messages import Inbound, Outcome, Outgoing, Part, Receipt, Status
from gateway.providers.smpp import Smpp
from tests.providers.test_smpp_link import Ears, until

PERSON, CODE = "15550100", "8008"
STATE = {"message_state": 2}  # DELIVERED
LATIN, WIDE = "Water @ 4 pm [school] \u20ac2 {x}", "\u1230\u120b\u121d \u0928\u0926\u0940"
TEXTS = [LATIN, WIDE, "Water at 4 pm, at the school. " * 9, "\u0928\u0926\u0940 \u0915\u093e " * 20]


class Theirs:
    """One line of a network; what is read and written on it, smpplib reads and writes."""

    def __init__(self):
        self.ears = socket.create_server(("127.0.0.1", 0))
        self.port = self.ears.getsockname()[1]
        self.bound, self.taken = [], []
        self.answers: Queue[tuple[int, int]] = Queue()
        self.sequence = 0
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.sock.close()

    def serve(self):
        self.sock, _ = self.ears.accept()
        self.ears.close()
        with self.sock.makefile("rb") as stream:
            while head := stream.read(4):
                (length,) = struct.unpack(">L", head)
                self.take(smpp.parse_pdu(head + stream.read(length - 4), client=self))

    def take(self, pdu):
        if pdu.command == "deliver_sm_resp":
            self.answers.put((pdu.sequence, pdu.status))
        elif pdu.command == "submit_sm":
            self.taken.append(pdu)
            self.answer(pdu, message_id=f"s{len(self.taken)}")
        elif pdu.command == "bind_transceiver":
            self.answer(pdu, system_id="theirs")
            self.bound.append(pdu)
        elif pdu.is_request():
            self.answer(pdu)

    def answer(self, pdu, **fields):
        answer = smpp.make_pdu(f"{pdu.command}_resp", client=self, status=0, **fields)
        answer.sequence = pdu.sequence
        self.sock.sendall(answer.generate())

    def next_sequence(self):
        self.sequence += 1
        return self.sequence

    def deliver(self, **fields):
        """Tell a message; return the status of the gateway's answer to it."""
        whom = {"source_addr": PERSON, "source_addr_ton": 1, "source_addr_npi": 1}
        pdu = smpp.make_pdu("deliver_sm", client=self, destination_addr=CODE, **whom, **fields)
        self.sock.sendall(pdu.generate())
        sequence, status = self.answers.get(timeout=10)
        assert sequence == pdu.sequence
        return status


@pytest.fixture
def theirs():
    with Theirs() as theirs:
        yield theirs


@pytest.fixture
def ears():
    return Ears()


@pytest.fixture
def provider(theirs, ears):
    told = {"host": "127.0.0.1", "port": str(theirs.port), "system_id": "relief"}
    provider = Smpp(CODE, told | {"password": "secret", "system_type": "aid"})
    provider.open(ears)
    until(lambda: provider.state == "bound")
    yield provider
    provider.close(1.0)


def test_our_bind_is_read(provider, theirs):
    (bind,) = theirs.bound
    assert (bind.system_id, bind.password, bind.system_type) == (b"relief", b"secret", b"aid")
    assert bind.interface_version == 0x34


@pytest.mark.parametrize("text", TEXTS)
def test_our_texts_are_what_they_would_have_written(provider, theirs, text):
    parts, coding, esm_class = gsm.make_parts(text)
    ours = Outgoing(1, f"+{PERSON}", text, parts=len(parts))
    (result,) = provider.send([ours])
    assert (result.outcome, result.parts) == (Outcome.ACCEPTED, len(parts))
    assert {(pdu.data_coding, pdu.esm_class) for pdu in theirs.taken} == {(coding, esm_class)}
    assert [plain(pdu.short_message, esm_class) for pdu in theirs.taken] == [
        plain(part, esm_class) for part in parts
    ]
    assert {pdu.destination_addr for pdu in theirs.taken} == {PERSON.encode()}


def plain(part, esm_class):
    """Leave out the reference of a long text, which everybody chooses."""
    return part[:3] + part[4:] if esm_class else part


@pytest.mark.parametrize("text", TEXTS)
def test_their_texts_are_read(provider, theirs, ears, text):
    parts, coding, esm_class = gsm.make_parts(text)
    for part in parts:
        assert theirs.deliver(short_message=part, data_coding=coding, esm_class=esm_class) == 0
    assert all(isinstance(event, Inbound) for event in ears.events)
    assert "".join(event.text for event in ears.events) == text
    assert {event.sender for event in ears.events} == {f"+{PERSON}"}
    numbers = [event.part.number if event.part else 1 for event in ears.events]
    assert numbers == list(range(1, len(parts) + 1))


def test_their_receipts_are_read(provider, theirs, ears):
    told = {"esm_class": 4, "receipted_message_id": "s1", **STATE}
    assert theirs.deliver(short_message=b"", **told) == 0
    (receipt,) = ears.events
    assert isinstance(receipt, Receipt)
    assert (receipt.reference, receipt.status) == ("s1", Status.DELIVERED)


def test_their_sar_fields_and_payload_are_read(provider, theirs, ears):
    sar = {"sar_msg_ref_num": 7, "sar_total_segments": 2, "sar_segment_seqnum": 2}
    assert theirs.deliver(short_message=b"second", **sar) == 0
    assert theirs.deliver(short_message=b"", message_payload=b"all of it") == 0
    first, second = ears.events
    assert (first.text, first.part) == ("second", Part(7, 2, 2))
    assert second.text == "all of it"
