"""Modems: nothing leaves a SIM before it is on disk, and none of them holds up another."""

import json
import logging
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.context import Channel
from gateway.domain.messages import Outgoing
from gateway.engine import Engine
from gateway.engine import poller as polling
from gateway.engine.poller import Poller, take
from gateway.engine.rounds import BROKEN
from gateway.providers.fetching import Found
from gateway.providers.modem import looking
from tests.core.field import MAYA, Field
from tests.core.test_engine import until
from tests.core.test_polling import FULL
from tests.providers.modems import Dummy, gammu, terminal

BALANCE = {"balance_code": "*144#", "balance_pattern": r"for \*(\d+)#"}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into the memory at every round."""
    monkeypatch.setattr(looking, "LOOK", 0.0)


def add(field: Field, name: str, settings: dict[str, str], cost: float | None = None) -> None:
    sealed = field.gw.sealer.seal({"country": "GB", **settings})
    field.do(
        "INSERT INTO channel (name, provider, address, settings, rate, cost, created_at)"
        " VALUES (?, 'modem', '+15550199', ?, 100, ?, 0)",
        name,
        sealed,
        cost,
    )


def channel(field: Field, name: str = "one") -> Channel:
    found = field.gw.channels.get(name)
    assert found is not None
    return found


def row(field: Field, name: str = "one"):
    return field.rows("SELECT * FROM channel WHERE name = ?", name)[0]


@pytest.fixture
def dummy(field: Field, tmp_path: Path) -> Dummy:
    made = Dummy(tmp_path)
    add(field, "one", made.settings)
    return made


def poller(field: Field, name: str = "one") -> Poller:
    return Poller(field.gw, channel(field, name).id, threading.Event())


def by_hand(field: Field) -> None:
    """Let the modem's time be the field's."""
    modem = channel(field).provider
    modem.clock = modem.looking._clock = field.clock  # type: ignore[attr-defined]


def test_what_comes_is_answered_and_then_leaves_the_sim(field: Field, dummy: Dummy) -> None:
    field.gw.clock = time.time
    engine = Engine(field.gw)
    engine.start()
    dummy.arrives("FLOOD")
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE state = 'sent'") == 1)
    until(lambda: dummy.stored == 0)
    (number,) = looking.numbers(field.one("SELECT reference FROM outbox"))
    dummy.arrives("x", Type="Status_Report", MessageReference=int(number), DeliveryStatus=0)
    until(lambda: field.one("SELECT state FROM outbox") == "delivered")
    until(lambda: dummy.stored == 0)
    assert field.one("SELECT count(*) FROM inbound") == 1
    assert engine.alive() == []
    engine.stop()


def test_a_long_text_is_delivered_when_all_its_parts_are(field: Field, dummy: Dummy) -> None:
    """The dummy gives every part the number 255, which no network does."""
    field.text("FLOOD")
    field.do(
        "INSERT INTO outbox (address, recipient, channel, class, state, due_at, text, parts,"
        " alphabet, reference, created_at, sent_at)"
        " SELECT address.id, value, ?, 2, 'sent', 0, 'x', 2, 'gsm7', '6b.7-255.0', 0, ?"
        "   FROM address WHERE value = ?",
        channel(field).id,
        field.clock.now,
        MAYA,
    )
    polls = poller(field)
    for number, state in ((0, "sent"), (255, "delivered")):
        dummy.arrives("x", Type="Status_Report", MessageReference=number, DeliveryStatus=0)
        polls.round()
        assert field.one("SELECT state FROM outbox WHERE parts = 2 AND text = 'x'") == state
    assert dummy.stored == 0


def test_a_crash_before_it_leaves_answers_once(field: Field, dummy: Dummy) -> None:
    dummy.arrives("FLOOD")
    modem = channel(field).provider

    def cut(found: Found) -> Found:
        return Found(found.call, lambda refused: None)  # the power fails after the commit

    for found in modem.poll():  # type: ignore[attr-defined]
        take(field.gw, channel(field), cut(found))
    assert dummy.stored == 1
    for found in modem.poll():  # type: ignore[attr-defined]
        take(field.gw, channel(field), found)
    assert field.one("SELECT count(*) FROM outbox") == 1
    assert dummy.stored == 0


def test_nothing_leaves_while_it_cannot_be_written_down(field: Field, dummy: Dummy, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    dummy.arrives("FLOOD")
    polls = poller(field)
    field.do(FULL)
    assert polls.round() == BROKEN
    assert dummy.stored == 1
    assert MAYA[1:] not in caplog.text
    field.do("DROP TRIGGER full")
    assert polls.round() == polling.EVERY
    assert (field.one("SELECT count(*) FROM inbound"), dummy.stored) == (1, 0)


def test_parts_are_joined_in_whatever_order_they_come(field: Field, dummy: Dummy) -> None:
    def part(text: str, number: int) -> None:
        head = bytes((5, 0, 3, 77, 3, number))
        dummy.arrives(text, UDH={"Type": "UserUDH", "Text": head})

    part("ing at ", 2)
    part("the bridge", 3)
    polls = poller(field)
    polls.round()
    assert (field.one("SELECT count(*) FROM inbound"), dummy.stored) == (0, 0)
    part("Flood", 1)
    polls.round()
    assert field.one("SELECT text FROM inbound") == "Flooding at the bridge"


def test_what_cannot_be_read_is_kept_for_a_person_and_leaves(field: Field, dummy: Dummy) -> None:
    dummy.arrives("x", UDH={"Type": "UserUDH", "Text": bytes.fromhex("0605040b8423f0")})
    poller(field).round()
    kept = field.rows("SELECT * FROM kept_call")
    assert [(one["channel"], one["reason"]) for one in kept] == [("one", "bad_type: Coding")]
    assert dummy.stored == 0


def test_a_report_ahead_of_our_note_waits_and_a_stranger_s_leaves(
    field: Field, dummy: Dummy
) -> None:
    dummy.arrives("x", Type="Status_Report", MessageReference=3, DeliveryStatus=0)
    by_hand(field)
    polls = poller(field)
    polls.round()
    assert dummy.stored == 1
    field.clock.now += looking.GRACE
    polls.round()
    assert dummy.stored == 0
    assert field.one("SELECT outbox FROM receipt") is None


def test_several_modems_each_have_their_own(field: Field, dummy: Dummy, tmp_path: Path) -> None:
    other = Dummy(tmp_path)
    add(field, "two", other.settings)
    field.gw.clock = time.time
    engine = Engine(field.gw)
    engine.start()
    dummy.arrives("FLOOD", "+15550100")
    other.arrives("FLOOD", "+15550101")
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE state = 'sent'") == 2)
    by = field.rows("SELECT recipient, name FROM outbox JOIN channel ON channel.id = channel")
    assert {tuple(one) for one in by} == {("+15550100", "one"), ("+15550101", "two")}
    engine.stop()


def test_a_modem_that_hangs_holds_up_neither_others_nor_a_stop(field: Field, dummy: Dummy) -> None:
    mute = terminal()
    mute.silent = True
    add(field, "mute", mute.settings)
    field.gw.clock = time.time
    engine = Engine(field.gw)
    engine.start()
    until(lambda: bool(mute.asked))
    dummy.arrives("FLOOD")
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE state = 'sent'") == 1)
    engine.stop(timeout=1.0)
    assert [thread.name for thread in engine._pollers.threads if thread.is_alive()] == [
        f"poller-{channel(field, 'mute').id}"
    ]
    mute.close()


def test_a_modem_that_is_not_there_is_found_when_it_is(field: Field, tmp_path: Path) -> None:
    gammu()
    root = tmp_path / "hub" / f"modem-{uuid4().hex[:12]}"
    root.parent.write_text("unplugged")
    add(field, "one", {"device": str(root), "connection": "none", "model": "dummy"})
    polls = poller(field)
    wait = polls.round()
    assert 0 < wait <= 2.0
    told = json.loads(row(field)["condition"])
    assert told.keys() == {"device"}
    assert told["device"] != "well"
    root.parent.unlink()
    modem = Dummy(root.parent, root.name)
    modem.arrives("FLOOD")
    channel(field).provider.machine._due = 0.0  # type: ignore[attr-defined]
    assert polls.round() == polling.EVERY
    assert field.one("SELECT count(*) FROM inbound") == 1
    assert json.loads(row(field)["condition"])["device"] == "well"


def test_its_condition_is_written_when_it_changed_and_not_at_every_look(
    field: Field, dummy: Dummy
) -> None:
    polls = poller(field)
    polls.round()
    assert json.loads(row(field)["condition"]) == {
        "device": "well",
        "sim": "ready",
        "network": "registered",
        "operator": "GammuT3l",
        "signal": "fair",
        "battery": "100 %",
        "memory": "0/10000",
    }
    before = field.one("SELECT total_changes()")
    for seconds in (1, 200, 400):
        field.clock.now += seconds
        polls.round()
    assert field.one("SELECT total_changes()") == before


def test_the_balance_is_asked_and_becomes_the_credit(field: Field, tmp_path: Path) -> None:
    add(field, "one", Dummy(tmp_path).settings | BALANCE, cost=2.0)
    by_hand(field)
    polls = poller(field)
    polls.round()  # dials
    polls.round()  # hears
    assert (row(field)["credit"], row(field)["credit_at"]) == (144.0, field.clock.now)
    assert json.loads(row(field)["condition"])["balance"] == "144"
    assert field.rows("SELECT * FROM kept_call") == []
    first = field.clock.now
    for hours, asked in ((11, False), (2, False), (12, True)):  # nothing was sent: once a day
        field.clock.now += hours * 3600
        polls.round()
        polls.round()
        assert (row(field)["credit_at"] > first) == asked
    list(channel(field).provider.send([Outgoing(7, MAYA, "x")]))
    second, field.clock.now = field.clock.now, field.clock.now + 12.5 * 3600
    polls.round()
    polls.round()
    assert row(field)["credit_at"] > second


def test_money_is_not_taken_for_parts_where_a_part_has_no_price(
    field: Field, tmp_path: Path
) -> None:
    add(field, "one", Dummy(tmp_path).settings | BALANCE)
    polls = poller(field)
    polls.round()
    polls.round()
    assert row(field)["credit"] is None
    assert json.loads(row(field)["condition"])["balance"] == "144"


def test_what_the_network_tells_unasked_is_kept_for_a_person(field: Field, dummy: Dummy) -> None:
    modem = channel(field).provider
    told = {"Text": "Your SIM ends tomorrow", "Status": "NoActionNeeded"}
    modem.machine.events.append(("USSD", told))  # type: ignore[attr-defined]
    poller(field).round()
    kept = field.rows("SELECT * FROM kept_call")
    assert [(one["kind"], one["reason"]) for one in kept] == [("ussd", "told by the network")]
    assert bytes(kept[0]["body"]) == told["Text"].encode()
    assert field.rows("SELECT * FROM address WHERE value = ''") == []


def test_a_channel_that_is_turned_off_lets_go_of_its_modem(field: Field, dummy: Dummy) -> None:
    polls = poller(field)
    polls.round()
    machine = channel(field).provider.machine  # type: ignore[attr-defined]
    assert machine._driver is not None
    field.do("UPDATE channel SET enabled = 0 WHERE name = 'one'")
    assert polls.round() == polling.AWAY
    assert machine._driver is None
