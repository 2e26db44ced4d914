"""The link to a network: bound, broken, bound again; nothing lost and nothing twice."""

import logging
import socket
import threading
import time
from queue import SimpleQueue
from types import SimpleNamespace

import pytest

from gateway.domain.messages import Class, Inbound, Outcome, Outgoing, Receipt, Screen, Turn
from gateway.providers import Account, Unreachable
from gateway.providers.smpp import Smpp
from gateway.providers.smpp.doubts import Answers, Doubts
from gateway.providers.smpp.pdu import Command, Message, Pdu, Tag, write_message
from tests.providers.certificates import self_signed
from tests.providers.smsc import Smsc
from tests.providers.vectors import table

PERSON, CODE = (1, 1, "15550100"), (3, 0, "8008")
TO = "+15550100"


class Ears:
    """Keeps what a link tells, as the engine would."""

    def __init__(self):
        self.events, self.kept, self.states = [], [], []
        self.keeping = threading.Event()
        self.keeping.set()
        self.screen = None
        self.before = []
        self.broken = False
        self.told: SimpleQueue = SimpleQueue()
        threading.Thread(target=self._keep, daemon=True).start()

    def take(self, told, kept):
        self.told.put((told, kept))

    def _keep(self):
        while True:
            told, kept = self.told.get()
            assert self.keeping.wait(10)
            kept([self._one(*one) for one in told])

    def _one(self, events, raw):
        if self.broken:
            return OSError("the disk is full")
        if isinstance(events, str):
            self.kept.append((events, raw))
            return None
        self.events += events
        return self.screen

    def lately(self):
        return self.before

    def moved(self, state):
        self.states.append(state)


def until(found, seconds=10.0):
    """Wait until something holds; it did not if this raises."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def opened():
    """Open links that are closed at the end of the test."""
    links = []

    def make(smsc, ears=None, **settings):
        told = {"host": "127.0.0.1", "port": str(smsc.port), "system_id": "gw"}
        told |= {"password": "secret", "pause": "0.05", "timeout": "5", **settings}
        provider = Smpp("8008", told)
        links.append(provider)
        if ears is not None:
            provider.open(ears)
        return provider

    yield make
    for provider in links:
        provider.close(0.2)


def bound(provider):
    until(lambda: provider.state == "bound")
    return provider


def batch(count, text="Maji leo", **more):
    return [Outgoing(n, TO, text, **more) for n in range(count)]


def outcomes(results):
    return [(r.outcome, r.error) for r in sorted(results, key=lambda r: r.id)]


def test_a_batch_is_answered_one_by_one_with_the_networks_ids(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        results = list(provider.send(batch(200)))
        assert {r.outcome for r in results} == {Outcome.ACCEPTED}
        assert len({r.reference for r in results}) == 200
        assert len(smsc.submitted) == 200
        assert {m.text for m in smsc.submitted} == {b"Maji leo"}


def test_a_longer_text_is_known_by_the_names_of_all_its_parts(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), msg_id_type="hex"))
        (result,) = provider.send([Outgoing(1, TO, "Maji leo. " * 40)])
        assert len(result.pieces) == result.parts == len(smsc.submitted) == 3
        assert len(set(result.pieces)) == 3
        assert result.reference == result.pieces[-1]
        (short,) = provider.send(batch(1))
        assert short.pieces == ()


def test_no_more_is_open_than_the_window_and_what_is_ready_leaves_in_one_write(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), window="7"))
        smsc.hold.clear()
        sent = []
        thread = threading.Thread(target=lambda: sent.extend(provider.send(batch(30))))
        thread.start()
        until(lambda: smsc.most_unanswered == 7)
        time.sleep(0.1)
        assert smsc.most_unanswered == 7
        assert 7 in smsc.bound[0].reads
        smsc.hold.set()
        thread.join(10)
        assert len(sent) == 30


def test_small_pdus_do_not_wait_for_nagle(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        (bind,) = provider._link._binds
        sock = bind.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "bind, binds, commands",
    [
        ("transceiver", "1", [9]),
        ("transceiver", "3", [9, 9, 9]),
        ("pair", "2", [1, 1, 2, 2]),
        ("transmitter", "1", [2]),
    ],
)
def test_a_channel_binds_as_it_is_set(opened, bind, binds, commands):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears, bind=bind, binds=binds))
        assert sorted(line.command for line in smsc.bound) == commands
        assert len(list(provider.send(batch(40)))) == 40
        if bind == "pair":
            hearing = next(line for line in smsc.bound if line.command == 1)
            assert smsc.deliver(Message(PERSON, CODE, b"MAJI"), hearing).status == 0


def test_who_only_sends_never_hears(opened):
    with Smsc() as smsc:
        provider = opened(smsc)
        assert len(list(provider.send(batch(1)))) == 1
        assert [line.command for line in smsc.bound] == [Command.BIND_TRANSMITTER]


def test_a_wrong_password_stops_the_channel_and_is_not_hammered(opened):
    with Smsc("other") as smsc:
        provider = opened(smsc, Ears())
        until(lambda: "password" in provider.state)
        assert outcomes(provider.send(batch(2)))[0][0] is Outcome.ACCOUNT
        assert provider.state == "they say the password is wrong (0x0000000e)"
        time.sleep(0.3)
        assert len(smsc.lines) <= 5
        with pytest.raises(Account):
            provider.check()


def test_checking_binds_and_sends_nothing(opened):
    with Smsc() as smsc:
        opened(smsc).check()
        assert smsc.asked[0] == Command.BIND_TRANSMITTER
        assert smsc.submitted == []


def test_checking_says_that_nobody_is_there(opened):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refused
        nobody = SimpleNamespace(port=closed.getsockname()[1])
        with pytest.raises(Unreachable):
            opened(nobody).check()


def test_without_a_line_nothing_is_written_and_it_can_be_tried_again(opened, monkeypatch):
    monkeypatch.setattr("gateway.providers.smpp.link.WAIT", 0.2)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refused
        nobody = SimpleNamespace(port=closed.getsockname()[1])
        results = list(opened(nobody, Ears()).send(batch(3)))
    assert {r.outcome for r in results} == {Outcome.TRANSIENT}
    assert {r.error for r in results} == {"no connection: ConnectionRefusedError"}


@pytest.mark.parametrize("status", [0x58, 0x14])
def test_who_is_told_to_slow_down_writes_nothing_more_of_that_batch(opened, status):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), window="5"))
        smsc.judge = lambda number: status if number == 10 else 0
        results = list(provider.send(batch(100)))
        found = [r.outcome for r in results]
        assert set(found) == {Outcome.ACCEPTED, Outcome.THROTTLED}
        assert len(smsc.submitted) <= 20
        assert found.count(Outcome.THROTTLED) >= 80
        assert {r.error for r in results if r.error} == {f"0x{status:08x}"}


def test_a_part_that_is_throttled_is_asked_again_for_the_others_have_gone(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        smsc.judge = lambda number: 0x58 if number == 2 else 0
        (result,) = provider.send([Outgoing(1, TO, "Maji leo " * 40, parts=3)])
        assert (result.outcome, result.parts) == (Outcome.ACCEPTED, 3)
        assert sorted(m.text[5] for m in smsc.submitted) == [1, 2, 2, 3]


def test_one_refusal_is_one_messages(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        smsc.judge = lambda number: 0x0B if number == 3 else 0
        results = list(provider.send(batch(5)))
        assert sorted(r.outcome for r in results) == [Outcome.ACCEPTED] * 4 + [Outcome.REJECTED]


def test_a_message_of_which_a_part_was_refused_may_have_gone(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), window="1"))
        smsc.judge = lambda number: 0x65 if number == 2 else 0
        (result,) = provider.send([Outgoing(1, TO, "Maji leo " * 20, parts=2)])
        assert (result.outcome, result.error) == (Outcome.UNKNOWN, "0x00000065")


@pytest.mark.parametrize("status", [0x45, 0xFF])
def test_a_refusal_that_says_nothing_is_asked_once_more_and_then_believed(opened, status):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        smsc.judge = lambda number: status if number == 1 else 0
        assert [r.outcome for r in provider.send(batch(1))] == [Outcome.ACCEPTED]
        assert len(smsc.submitted) == 2
        smsc.judge = lambda number: status
        assert outcomes(provider.send(batch(1))) == [(Outcome.REJECTED, f"0x{status:08x}")]
        assert len(smsc.submitted) == 4


def test_what_was_written_when_the_line_broke_is_unknown_and_the_rest_goes_on(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), window="4"))
        smsc.judge = lambda number: 0 if number <= 6 or len(smsc.lines) > 1 else None
        sent = []
        thread = threading.Thread(target=lambda: sent.extend(provider.send(batch(20))))
        thread.start()
        until(lambda: len(smsc.submitted) == 10)
        smsc.bound[0].cut()
        thread.join(10)
        found = outcomes(sent)
        assert found.count((Outcome.UNKNOWN, "the link broke")) == 4
        assert [outcome for outcome, _ in found].count(Outcome.ACCEPTED) == 16
        assert len(smsc.submitted) == 20


def test_a_message_without_an_answer_is_unknown_and_the_line_stays(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), timeout="0.4"))
        smsc.judge = lambda number: None if number == 1 else 0
        found = outcomes(provider.send(batch(3)))
        assert found.count((Outcome.UNKNOWN, "no answer")) == 1
        assert len(smsc.lines) == 1


def test_an_emergency_overtakes_a_batch_on_its_way(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), window="1"))
        smsc.hold.clear()
        bulk = threading.Thread(target=lambda: list(provider.send(batch(30, class_=Class.BULK))))
        bulk.start()
        until(lambda: smsc.submitted)
        alert = Outgoing(99, TO, "Toka sasa", class_=Class.EMERGENCY)
        urgent = threading.Thread(target=lambda: list(provider.send([alert])))
        urgent.start()
        time.sleep(0.1)
        smsc.hold.set()
        urgent.join(10)
        bulk.join(10)
        assert smsc.submitted[1].text == b"Toka sasa"


def test_a_message_is_acknowledged_only_when_it_is_kept(opened):
    with Smsc() as smsc:
        ears = Ears()
        bound(opened(smsc, ears))
        ears.keeping.clear()
        line = smsc.bound[0]
        body = write_message(Message(PERSON, CODE, b"MAJI"))
        line.say(Pdu(Command.DELIVER_SM, 0, 77, body))
        time.sleep(0.2)
        assert line.answers.empty()
        ears.keeping.set()
        answer = line.answers.get(timeout=5)
        assert (answer.command, answer.status, answer.sequence) == (0x80000005, 0, 77)
        (event,) = ears.events
        assert isinstance(event, Inbound)
        assert (event.sender, event.to, event.text) == (TO, "8008", "MAJI")


ANSWERED = [case for case in table("smpp")["vectors"] if "reply_pdu_hex" in case["expect"]]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in ANSWERED])
def test_what_comes_is_answered_as_the_table_says(opened, case):
    with Smsc() as smsc:
        bound(opened(smsc, Ears(), country="UG", **case.get("channel", {})))
        line = smsc.bound[0]
        line.sock.sendall(bytes.fromhex(case["request"]["pdu_hex"]))
        assert bytes(line.answers.get(timeout=5)).hex().upper() == case["expect"]["reply_pdu_hex"]
        if case["expect"].get("connection") == "close":
            until(lambda: len(smsc.lines) > 1)


def test_one_message_that_cannot_be_written_holds_up_no_other(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        odd = Outgoing(9, TO, "Maji", expires=float("inf"))
        found = {r.id: r.outcome for r in provider.send([odd, *batch(2)])}
        assert found == {0: Outcome.ACCEPTED, 1: Outcome.ACCEPTED, 9: Outcome.REJECTED}


def test_what_cannot_be_kept_now_is_left_with_them(opened, caplog):
    with Smsc() as smsc:
        ears = Ears()
        bound(opened(smsc, ears))
        ears.broken = True
        assert smsc.deliver(Message(PERSON, CODE, b"MAJI kwangu")).status == 0x64
        ears.broken = False
        assert smsc.deliver(Message(PERSON, CODE, b"MAJI kwangu")).status == 0
        assert len(ears.events) == 1
        assert "MAJI" not in caplog.text
        assert "15550100" not in caplog.text


def test_receipts_come_in_both_forms_and_what_is_none_is_kept_to_look_at(opened):
    with Smsc() as smsc:
        ears = Ears()
        bound(opened(smsc, ears))
        told = b"id:0A1B sub:001 dlvrd:001 done date:2608011001 stat:DELIVRD err:000 text:"
        assert smsc.deliver(Message(PERSON, CODE, told, esm_class=4)).status == 0
        tlvs: dict[int, bytes] = {Tag.RECEIPTED_MESSAGE_ID: b"0A1C\0", Tag.MESSAGE_STATE: b"\5"}
        assert smsc.deliver(Message(PERSON, CODE, esm_class=4, tlvs=tlvs)).status == 0
        assert smsc.deliver(Message(PERSON, CODE, b"what?", esm_class=4)).status == 0
        found = [(e.reference, e.status.value) for e in ears.events if isinstance(e, Receipt)]
        assert found == [("0A1B", "delivered"), ("0A1C", "failed")]
        assert [reason for reason, _ in ears.kept] == ["not understood"]


def test_an_id_in_hex_is_known_again_in_decimal(opened):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears, msg_id_type="resp_hex_dlr_dec"))
        smsc.submitted += [Message(CODE, PERSON)] * 0xABB
        (result,) = provider.send(batch(1))
        told = Message(PERSON, CODE, b"id:2748 stat:DELIVRD", esm_class=4)
        smsc.deliver(told)
        assert result.reference == ears.events[0].reference == "2748"


def test_a_ussd_step_is_answered_by_a_screen_of_the_same_session(opened):
    with Smsc() as smsc:
        ears = Ears()
        ears.screen = Screen("1 Maji\n2 Chakula")
        bound(opened(smsc, ears))
        tlvs: dict[int, bytes] = {Tag.USSD_SERVICE_OP: b"\1", Tag.ITS_SESSION_INFO: b"\0\x10"}
        step = Message(PERSON, CODE, b"*120*8#", service="USSD", tlvs=tlvs)
        assert smsc.deliver(step).status == 0
        until(lambda: smsc.submitted)
        (screen,) = smsc.submitted
        assert isinstance(ears.events[0], Turn)
        assert (screen.to, screen.service, screen.text) == (PERSON, "USSD", b"1 Maji\n2 Chakula")
        assert screen.tlvs == {Tag.USSD_SERVICE_OP: b"\2", Tag.ITS_SESSION_INFO: b"\0\x10"}
        ears.screen = Screen("Asante", goes_on=False)
        smsc.deliver(Message(PERSON, CODE, b"1", service="USSD", tlvs={**tlvs, 0x0501: b"\x12"}))
        until(lambda: len(smsc.submitted) == 2)
        assert smsc.submitted[1].tlvs[Tag.USSD_SERVICE_OP] == b"\x11"


def test_the_line_is_bound_again_after_a_break_an_unbind_and_nonsense(opened):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears))
        for number, end in enumerate((cut, unbind, say_huge), start=2):
            end(smsc.lines[-1])
            until(lambda wanted=number: len(smsc.lines) == wanted)
            bound(provider)
            assert len(list(provider.send(batch(2)))) == 2
        assert "bound" in ears.states
        assert any("length" in state for state in ears.states)


def cut(line):
    line.cut()


def unbind(line):
    line.say(Pdu(Command.UNBIND, 0, 9))
    assert line.answers.get(timeout=5).command == 0x80000006


def say_huge(line):
    line.sock.sendall(bytes.fromhex("40000000000000050000000000000001"))


def test_their_question_is_answered_at_once_and_unknown_commands_are_refused(opened):
    with Smsc() as smsc:
        bound(opened(smsc, Ears()))
        line = smsc.bound[0]
        line.say(Pdu(0x15, 0, 0x4D), Pdu(0x77, 0, 0x1A))
        assert line.answers.get(timeout=5) == Pdu(0x80000015, 0, 0x4D)
        assert line.answers.get(timeout=5) == Pdu(0x80000000, 3, 0x1A)


def test_a_line_is_encrypted_where_it_is_set(opened, tmp_path):
    context, _ = self_signed(tmp_path)
    with Smsc(tls=context) as smsc:
        provider = bound(opened(smsc, Ears(), tls="unproven"))
        assert len(list(provider.send(batch(20)))) == 20


def test_a_name_nobody_vouches_for_is_not_believed(opened, tmp_path, monkeypatch):
    context, file = self_signed(tmp_path)
    with Smsc(tls=context) as smsc:
        doubted = opened(smsc, Ears(), tls="yes")
        until(lambda: "nobody we know vouches for their certificate" in doubted.state)
        assert smsc.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        bound(opened(smsc, Ears(), tls="yes"))


def test_a_name_that_is_another_is_not_believed_and_it_is_said_so(opened, tmp_path, monkeypatch):
    context, file = self_signed(tmp_path, "127.0.0.9")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with Smsc(tls=context) as smsc:
        doubted = opened(smsc, Ears(), tls="yes")
        until(lambda: "their certificate is for another name" in doubted.state)
        with pytest.raises(Unreachable, match="their certificate is for another name"):
            doubted.check()
        assert smsc.asked == []


def test_a_silent_line_is_asked_and_one_that_stays_silent_is_left(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears(), enquire="0.2", timeout="0.6"))
        until(lambda: Command.ENQUIRE_LINK in smsc.asked)
        assert len(smsc.lines) == 1
        smsc.silent = True
        until(lambda: len(smsc.lines) > 1)
        smsc.silent = False
        bound(provider)


def test_what_was_kept_but_not_acknowledged_is_known_when_it_is_told_again(opened):
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears))
        message = Message(PERSON, CODE, b"1")
        smsc.deliver(message)
        smsc.bound[0].cut()
        until(lambda: len(smsc.lines) == 2)
        bound(provider)
        smsc.deliver(message)  # told again: they may not have had our answer
        smsc.deliver(message)  # and this one is said anew
        first, again, anew = (event.reference for event in ears.events)
        assert first == again != anew


def test_what_was_kept_just_before_a_crash_is_known_when_it_is_told_again(opened):
    with Smsc() as smsc:
        ears, after = Ears(), Ears()
        bound(opened(smsc, ears))
        smsc.deliver(Message(PERSON, CODE, b"1"))
        after.before = [ears.events[0].reference]
        smsc.bound[0].close()
        provider = bound(opened(smsc, after))
        line = smsc.lines[-1]
        smsc.deliver(Message(PERSON, CODE, b"1"), line)
        smsc.deliver(Message(PERSON, CODE, b"1"), line)
        first, anew = (event.reference for event in after.events)
        assert first == ears.events[0].reference != anew
        assert provider.state == "bound"


def test_an_answer_that_surely_arrived_leaves_no_doubt():
    answers, doubts = Answers(), Doubts()
    answers.given("a")
    mark = answers.mark()
    answers.given("b")
    answers.proven(mark)
    assert answers.open() == ["b"]
    first = doubts.name(b"1")
    assert doubts.name(b"1") != first
    doubts.lost([first])
    assert doubts.name(b"2") != first
    assert doubts.name(b"1") == first
    assert doubts.name(b"1") != first


def test_closing_waits_for_answers_and_says_goodbye(opened):
    with Smsc() as smsc:
        provider = bound(opened(smsc, Ears()))
        assert len(list(provider.send(batch(3)))) == 3
        provider.close()
        assert smsc.asked[-1] == Command.UNBIND
        assert provider.state == "not open in this process"


def test_nothing_of_a_message_or_secret_is_told_to_the_log(opened, caplog):
    caplog.set_level(logging.DEBUG)
    with Smsc() as smsc:
        ears = Ears()
        provider = bound(opened(smsc, ears))
        list(provider.send(batch(2, text="Siri ya mtu")))
        smsc.deliver(Message(PERSON, CODE, b"Siri yangu"))
        smsc.bound[0].cut()
        until(lambda: len(smsc.lines) == 2)
    words = caplog.text + repr(provider._link.lines)
    for secret in ("Siri", "15550100", "secret"):
        assert secret not in words
