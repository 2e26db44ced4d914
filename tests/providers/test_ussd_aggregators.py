"""USSD aggregators: what is remembered, what is lost, and one whose words nobody knows yet."""

import json
import re
import xmlrpc.client
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.messages import Outcome, Outgoing, Phase, Screen
from gateway.providers import Garbled, Hook, finding, reading, wrong
from gateway.providers.ussd import PATIENCE, Ussd
from gateway.providers.ussd.aggregators import DIALECTS
from tests.providers.vectors import forged, table
from tests.providers.vectors import told as event_told

URL = "https://gw.example.org/hooks/ch/ussd"
PHONE = "233200000001"


def asked(**fields):
    query = urlencode(fields)
    return Hook("ussd", "GET", f"{URL}?{query}", {}, reading.pairs(query), (), b"")


def posted(document, url=URL):
    head = {"Content-Type": "application/json"}
    return Hook("ussd", "POST", url, head, (), (), json.dumps(document).encode())


def step(provider, call):
    """Return where the session stands, the new input and the path."""
    (turn,) = provider.read(call)
    return turn.phase, turn.text, turn.path


def test_every_aggregator_has_cases():
    told = {case["channel"]["type"] for case in table("ussd")["vectors"]}
    assert told == DIALECTS.keys()


def nalo(text, first=False):
    return posted({"SESSIONID": "s", "MSISDN": PHONE, "USERDATA": text, "MSGTYPE": first})


def test_a_session_goes_on_after_a_power_cut_where_the_channel_has_its_code():
    provider = Ussd("*920*55#", {"type": "nalo", "country": "GH"})
    (turn,) = provider.read(nalo("2"))
    assert (turn.to, turn.phase, turn.text) == ("*920*55#", Phase.INPUT, "2")


def test_a_session_nobody_knows_ends_with_a_word():
    provider = Ussd("", {"type": "nalo", "country": "GH"})
    assert list(provider.read(nalo("2"))) == []
    told = json.loads(provider.answer(nalo("2")).body)
    assert (told["MSG"], told["MSGTYPE"]) == ("Session expired, please dial again.", False)


def test_what_a_session_began_with_is_known_for_five_minutes():
    now = [0.0]
    provider = Ussd("", {"type": "nalo", "country": "GH"}, clock=lambda: now[0])
    list(provider.read(nalo("*920*55#", first=True)))
    now[0] += PATIENCE
    assert step(provider, nalo("1"))[:2] == (Phase.INPUT, "1")
    now[0] += PATIENCE  # after its last step
    assert step(provider, nalo("1"))[:2] == (Phase.INPUT, "1")
    now[0] += PATIENCE + 1
    assert list(provider.read(nalo("1"))) == []


@pytest.mark.parametrize(
    "dialled, reads",
    [
        ("*920*55#", (Phase.START, "", None)),
        ("*920*55*2*1#", (Phase.START, "2*1", "2*1")),
        ("*920*7#", (Phase.START, "", None)),
    ],
)
def test_what_is_dialled_after_the_code_are_first_inputs(dialled, reads):
    provider = Ussd("*920*55#", {"type": "nalo", "country": "GH"})
    assert step(provider, nalo(dialled, first=True)) == reads


def test_an_input_that_is_not_there_is_refused():
    call = posted({"SESSIONID": "s", "MSISDN": PHONE, "MSGTYPE": False})
    with pytest.raises(Garbled, match="missing_field: USERDATA"):
        list(Ussd("*920*55#", {"type": "nalo", "country": "GH"}).read(call))


def airtel(text):
    return asked(SessionID="s", MSISDN="254731000001", input=text)


@pytest.mark.parametrize("address", ["", "*121*7#"])
def test_a_code_without_its_signs_told_twice_begins_once(address):
    provider = Ussd(address, {"type": "airtel", "country": "KE"})
    phases = [step(provider, airtel(text))[0] for text in ("121*7", "121*7", "2", "5")]
    assert phases == [Phase.START, Phase.START, Phase.INPUT, Phase.INPUT]


def test_nothing_is_ever_charged():
    provider = Ussd("*121*7#", {"type": "airtel"})
    headers = provider.screen(airtel("2"), Screen("Water", goes_on=True)).headers
    assert headers == {"Freeflow": "FC", "charge": "N", "amount": "0"}


@pytest.mark.parametrize(
    "address, paths",
    [
        ("*384*7#", ["", "5", "5*1"]),  # the 7 is the channel's
        ("*384#", ["7", "7*5", "7*5*1"]),  # the 7 is a first input
        ("", ["", "5", "5*1"]),  # what was dialled is the code
    ],
)
def test_a_path_leaves_out_what_belongs_to_the_code(address, paths):
    provider = Ussd(address, {"type": "safaricom", "country": "KE"})
    calls = [
        asked(ORIG="254722000001", DEST="384", SESSION_ID="s", USSD_PARAMS=params)
        for params in ("7", "7*5", "7*5*1")
    ]
    assert [step(provider, call)[2] for call in calls] == paths


def test_the_next_address_carries_our_key():
    provider = Ussd("*120*66#", {"type": "aat", "hook_key": "k" * 16})
    call = asked(msisdn="27820000001", request="*120*66#", ussdSessionId="a", key="k" * 16)
    page = provider.screen(call, Screen("Water", goes_on=True)).body
    assert re.findall(r'callback="([^"]*)"', page) == [
        f"{URL}?key={'k' * 16}&amp;to_addr=%2A120%2A66%23"
    ]


def names(dialect):
    """Every field that an aggregator may fill."""
    told = (dialect.session, dialect.text, dialect.code, dialect.phase, dialect.hops, dialect.error)
    return sorted({*told, *dialect.phone, *dialect.needs, *(name for name, _ in dialect.ends)})


WORDS = st.text(max_size=8) | st.sampled_from(
    ["+254722000001", "*384*7#", "384", "7*1", "beg", "ABO", "USSD.CONT", "0", "\ud83d", "", "true"]
)


@pytest.mark.parametrize("type", DIALECTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_comes_is_answered(type, data):
    told = data.draw(st.dictionaries(st.sampled_from(names(DIALECTS[type])), WORDS))
    provider = Ussd(data.draw(st.sampled_from(["", "*384*7#", "2020"])), {"type": type})
    rpc = xmlrpc.client.dumps(({k: v.encode(errors="replace").decode() for k, v in told.items()},))
    bodies = [json.dumps(told), rpc, "<page>" + "".join(f"<{k}/>" for k in told if k) + "</page>"]
    body = data.draw(st.sampled_from([*bodies, ",".join(["SSMI", "110", *told.values()])]))
    form = st.sampled_from(["application/json", "text/xml"])
    raw = body.encode(errors="replace")
    call = Hook("ussd", "POST", URL, {"Content-Type": data.draw(form)}, (), (), raw)
    try:
        events = list(provider.read(call))
    except Garbled as error:
        provider.refuse(call, error).body.encode()
        return
    provider.screen(call, Screen("Maji")).body.encode()
    if not events or events[0].phase in (Phase.END, Phase.TIMEOUT):
        provider.answer(call).body.encode()
    json.dumps([event_told(event) for event in events], ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["a | b", "<b> & {{call.session_id}}", '"\\', "\x0b", "ሰላም"])
@pytest.mark.parametrize("type", DIALECTS)
def test_no_text_breaks_a_page(type, text):
    provider = Ussd("*1*1#", {"type": type})
    call = asked(session_id="s-1", callback="x")
    answer = provider.screen(call, Screen(text))
    if "json" in answer.type:
        assert text in finding.flat(json.loads(answer.body)).values()
    elif "xml" in answer.type:
        assert text.replace("\x0b", " ") in "".join(finding.xml(answer.body.encode()).itertext())
    else:
        assert text.replace("|", "/") in answer.body.replace("|", "/")
    assert type != "cellulant" or answer.body.count("|") == 5
    assert "s-1" not in answer.body.partition("<div>")[2]


def test_one_more_aggregator_needs_only_settings():
    described = {
        "type": "conend",
        "reads": "json",
        "input": "last",
        "fields": "session=sid,phone=user.msisdn,code=short,text=said,phase=op",
        "phases": "begin=start,more=input,bye=end",
        "page": '{"say":{{text}},"op":"{{more}}"}',
        "page_type": "json",
        "goes_on": "ask",
        "last": "done",
        "screen": "140",
    }
    assert wrong(Ussd.needs, described) == []
    provider = Ussd("", described)
    told = {"sid": "s", "user": {"msisdn": f"+{PHONE}"}, "short": "*1#", "said": "*1#"}
    begun, again = posted({**told, "op": "BEGIN"}), posted({**told, "said": 4, "op": "more"})
    assert step(provider, begun) == (Phase.START, "", None)
    assert step(provider, again) == (Phase.INPUT, "4", None)
    assert step(provider, posted({**told, "op": "bye"}))[0] is Phase.END
    assert json.loads(provider.screen(again, Screen('"x"', False)).body) == {
        "say": '"x"',
        "op": "done",
    }
    assert provider.can.screen_gsm7 == 140
    with pytest.raises(Garbled, match="bad_type: op"):
        list(provider.read(posted({**told, "op": "?"})))


def test_names_of_resellers_are_a_setting():
    provider = Ussd("", {"fields": "session=SESSIONID,phone=MSISDN,code=USSDCODE,text=INPUT"})
    call = asked(SESSIONID="s", MSISDN="+254722000001", USSDCODE="*384*7#", INPUT="1*Maji")
    assert step(provider, call) == (Phase.INPUT, "1*Maji", "1*Maji")
    assert provider.screen(call, Screen("Asante", False)).body == "END Asante"


@pytest.mark.parametrize(
    "proof, taken", [("dTpw", True), ("dTp4", False), ("é", False), ("", False)]
)
def test_basic_is_asked_for_where_a_password_is_set(proof, taken):
    provider = Ussd("", {"userid": "u", "password": "p"})
    call = Hook("ussd", "GET", URL, {"Authorization": f"Basic {proof}"}, (), (), b"")
    assert forged(provider, call) != taken


def test_a_document_that_defines_its_own_words_is_refused():
    bomb = b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><page><data>&b;</data></page>'
    call = Hook("ussd", "POST", URL, {"Content-Type": "text/xml"}, (), (), bomb)
    with pytest.raises(Garbled, match="bad_xml"):
        list(Ussd("", {"type": "mtech"}).read(call))


def test_nothing_is_sent_over_it():
    (result,) = Ussd("*1#", {}).send([Outgoing(1, "+15550100", "x")])
    assert (result.outcome, result.error) == (Outcome.REJECTED, "ussd_only")
