"""A gateway with a network on a link: heard without sending, answered, and told of its state."""

import time
from queue import SimpleQueue

import pytest

from gateway.engine import Engine
from gateway.engine.links import Ear
from gateway.providers.linking import STOPPED
from gateway.providers.smpp.pdu import Command, Message, Pdu, Tag, write_message
from gateway.store import channels
from tests.core.field import Field
from tests.providers.smsc import Smsc

PERSON, CODE = (1, 1, "15550100"), (3, 0, "8008")
RECEIPT = "id:{} sub:001 dlvrd:001 submit date:2611210400 done date:2611210401 stat:DELIVRD err:000"


def until(found, seconds=15.0):
    """Wait until something holds; it did not if this raises."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def smsc():
    with Smsc() as made:
        yield made


@pytest.fixture
def linked(field: Field, smsc: Smsc):
    field.gw.clock = time.time
    told = {"host": "127.0.0.1", "port": str(smsc.port), "system_id": "gw", "password": "secret"}
    sealed = field.gw.sealer.seal({**told, "pause": "0.05", "timeout": "5"})
    now = time.time()
    field.gw.store.write(lambda db: channels.add(db, "mno", "smpp", "8008", sealed, now, rate=500))
    engine = Engine(field.gw)
    engine.start()
    yield field
    engine.stop(5.0)


def state(field):
    return field.one("SELECT link FROM channel WHERE name = 'mno'")


def test_a_message_in_two_parts_is_answered_and_the_answer_delivered(linked, smsc):
    until(lambda: state(linked) == "bound")
    for number, octets in ((1, b"FLO"), (2, b"OD")):
        head = bytes((5, 0, 3, 77, 2, number))
        part = Message(PERSON, CODE, head + octets, esm_class=0x40)
        assert smsc.deliver(part).status == 0
    # Acknowledged is on disk: the text is read already.
    assert linked.decision().startswith("topic:flood/1@1")
    until(lambda: linked.one("SELECT count(*) FROM outbox WHERE state = 'sent'"))
    row = linked.rows("SELECT * FROM outbox WHERE channel = 2")[0]
    assert smsc.submitted[0].to == PERSON
    assert smsc.submitted[0].source == CODE
    told = Message(PERSON, CODE, RECEIPT.format(row["reference"]).encode(), esm_class=4)
    assert smsc.deliver(told).status == 0
    assert linked.one("SELECT state FROM outbox WHERE id = ?", row["id"]) == "delivered"


def test_a_receipt_that_overtakes_the_answer_to_the_sending_counts(linked, smsc):
    until(lambda: state(linked) == "bound")
    smsc.hold.clear()
    line = smsc.bound[0]
    assert smsc.deliver(Message(PERSON, CODE, b"FLOOD"), line).status == 0
    until(lambda: smsc.submitted)
    told = Message(PERSON, CODE, RECEIPT.format(f"{1:08X}").encode(), esm_class=4)
    line.say(Pdu(Command.DELIVER_SM, 0, 5, write_message(told)))
    until(lambda: linked.one("SELECT count(*) FROM receipt"))
    assert linked.one("SELECT state FROM outbox WHERE channel = 2") == "claimed"
    smsc.hold.set()
    until(lambda: linked.one("SELECT state FROM outbox WHERE channel = 2") == "delivered")


def test_ussd_is_dialled_over_the_link(linked, smsc):
    until(lambda: state(linked) == "bound")
    tlvs: dict[int, bytes] = {Tag.USSD_SERVICE_OP: b"\1", Tag.ITS_SESSION_INFO: b"\0\x10"}
    step = Message(PERSON, CODE, b"*404#", service="USSD", tlvs=tlvs)
    assert smsc.deliver(step).status == 0
    until(lambda: smsc.submitted)
    assert smsc.submitted[0].tlvs[Tag.USSD_SERVICE_OP] == b"\2"
    first = smsc.submitted[0].text
    tlvs = {**tlvs, Tag.USSD_SERVICE_OP: b"\x12"}
    smsc.deliver(Message(PERSON, CODE, b"1", service="USSD", tlvs=tlvs))
    until(lambda: len(smsc.submitted) == 2)
    assert smsc.submitted[1].text != first


def test_what_cannot_be_read_is_kept_for_a_person_and_refused_for_good(linked, smsc):
    until(lambda: state(linked) == "bound")
    assert smsc.deliver(Message((1, 1, ""), CODE, b"hi")).status == 0x0A
    kept = linked.rows("SELECT * FROM kept_call")
    assert [(row["channel"], row["kind"], row["reason"]) for row in kept] == [
        ("mno", "link", "bad_number")
    ]


def test_a_channel_turned_off_is_unbound_and_bound_again_when_it_is_used(linked, smsc):
    until(lambda: state(linked) == "bound")
    linked.gw.store.write(lambda db: channels.enable(db, 2, False))
    until(lambda: state(linked) == "off")
    until(lambda: Command.UNBIND in smsc.asked)
    linked.gw.store.write(lambda db: channels.enable(db, 2, True))
    until(lambda: state(linked) == "bound")
    assert len(smsc.lines) == 2


def test_the_state_says_why_a_link_is_down(linked, smsc):
    until(lambda: state(linked) == "bound")
    smsc.password = "changed"
    smsc.bound[0].cut()
    until(lambda: "password is wrong" in state(linked))
    smsc.password = "secret"
    until(lambda: state(linked) == "bound")


def test_after_a_crash_the_last_messages_are_in_doubt_and_after_a_stop_none(linked, smsc):
    until(lambda: state(linked) == "bound")
    for words in (b"FLOOD", b"MENU"):
        smsc.deliver(Message(PERSON, CODE, words))
    channel = linked.gw.channels.by_id(2)
    told = {row["reference"] for row in linked.rows("SELECT reference FROM inbound")}
    assert set(Ear(linked.gw, channel, SimpleQueue()).lately()) == told
    linked.gw.store.write(lambda db: channels.linked(db, 2, STOPPED, time.time()))
    stopped = linked.gw.channels.by_id(2)
    assert Ear(linked.gw, stopped, SimpleQueue()).lately() == ()
