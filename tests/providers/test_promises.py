"""What every provider promises, for ever: no forgery taken, no secret or number told."""

import hmac
import json
import logging
import re
import socket
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import PROVIDERS, Garbled, Hook, HookError, load, reading, wrong
from tests.providers.loopback import answering
from tests.providers.vectors import CALLED, cases, channel, forged, hook, table, told, verify

KEY = "k" * 16
# What a channel needs set so that it can tell a forgery.
SECRETS = {
    "africastalking": {"hook_key": KEY},  # its calls carry nothing of their own
    "infobip": {"hook_key": KEY},  # nor do these
    "kannel": {"hook_key": KEY},
    "jasmin": {"hook_key": KEY},
    "ussd": {"hook_key": KEY},
    "http": {"hook_key": KEY},
    "vonage": {"signature_required": "yes"},
}
EVENTS = ("inbound", "status", "ussd", "optout")


def named(case):
    """SMSSync proves what it tells of fetched messages by their names, which nobody can guess."""
    return "task=" in case["request"].get("url", "")


CALLS = [
    pytest.param(name, case, id=case["id"])
    for name, case in cases(*EVENTS)
    if case["expect"]["outcome"] == "accept" and not named(case)
]
ALL = [pytest.param(name, case, id=case["id"]) for name, case in cases(*EVENTS)]
ANSWERS = [pytest.param(name, case, id=case["id"]) for name, case in cases("send-response")]


PROOFS = ("key", "sig", "secret")


def unsigned(call, **proof):
    """Take away what proves a call to be theirs; put something else in its place."""
    left: dict[str, Any] = {"headers": {}, "query": (), "form": ()}
    left |= {
        part: tuple(pair for pair in getattr(call, part) if pair[0] not in PROOFS)
        for part in ("query", "form")
    }
    return replace(without_secret(call), **left | proof)


def without_secret(call):
    """Take a secret out of a JSON body; a body without one stays as it is."""
    if b'"secret"' not in call.body:
        return call
    told = {name: value for name, value in json.loads(call.body).items() if name != "secret"}
    return replace(call, body=json.dumps(told).encode())


@pytest.mark.parametrize("name, case", CALLS)
def test_a_call_without_proof_is_refused(name, case):
    call = unsigned(hook(case))
    assert forged(channel(name, case, **SECRETS.get(name, {})), call)


@pytest.mark.parametrize("name, case", CALLS)
@pytest.mark.parametrize("proof", ["", "é" * 28, "A" * 28, "\0", KEY[:-1] + "l"])
def test_a_call_with_a_false_proof_is_refused(name, case, proof):
    names = ("X-Twilio-Signature", "X-Simulator-Secret", "X-Signature", "Authorization")
    call = unsigned(hook(case), headers=dict.fromkeys(names, proof))
    false = tuple((name, proof) for name in PROOFS)
    call = replace(call, query=call.query + false, form=call.form + false)
    assert forged(channel(name, case, **SECRETS.get(name, {})), call)


@pytest.mark.parametrize("name", [name for name in SECRETS if "hook_key" in SECRETS[name]])
def test_a_call_with_our_key_is_taken(name):
    _, case = next(row for row in cases("inbound", "ussd") if row[0] == name)
    call = replace(hook(case), query=(("key", KEY),))
    assert not forged(channel(name, case, hook_key=KEY), call)
    assert forged(channel(name, case, hook_key=KEY[::-1] + "x"), call)


CASES = [hook(case) for _, case in cases(*EVENTS)]
NAMES = sorted({pair[0] for call in CASES for pair in call.form + call.query} | {"path", "at"})
VALUES = st.text(max_size=30) | st.sampled_from(
    ["+254700000001", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59", "\ud83d", "Sent", "sent"]
)
FORMS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=12).map(tuple)


@pytest.mark.parametrize("name", CALLED)
@given(form=FORMS, kind=st.sampled_from(["message", "receipt", "ussd"]))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_is_read_or_refused(name, form, kind):
    url, sent = "https://gw.example.org/hooks/x", urlencode(form, errors="surrogatepass")
    in_order(*read(channel(name, {}), Hook(kind, "POST", url, {}, (), form, sent.encode())))
    in_order(*read(channel(name, {}), Hook(kind, "GET", f"{url}?{sent}", {}, form, (), b"")))


def keys(document):
    """Every name in a JSON document, at any depth."""
    if isinstance(document, dict):
        yield from document
    inside = document.values() if isinstance(document, dict) else document
    if isinstance(document, dict | list):
        yield from (name for value in inside for name in keys(value))


def documents():
    for _, case in cases(*EVENTS):
        if "json" in (case["request"].get("content_type") or ""):
            with suppress(ValueError):  # some are broken on purpose
                yield json.loads(case["request"]["body"])


WORDS = sorted({name for document in documents() for name in keys(document)})
PLACES = sorted({hook(case).url.partition("?")[0] for _, case in cases("ussd", "inbound")})
LEAVES = VALUES | st.none() | st.booleans() | st.integers() | st.floats()
TREES = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from(WORDS), inside, min_size=2, max_size=8)
    ),
)
OBJECTS = st.dictionaries(st.sampled_from(WORDS), TREES, max_size=10)


@pytest.mark.parametrize("name", CALLED)
@given(
    document=OBJECTS | TREES | st.lists(OBJECTS, max_size=2).map(lambda found: {"results": found}),
    kind=st.sampled_from(["message", "receipt", "ussd"]),
    url=st.sampled_from(PLACES),
)
@settings(max_examples=60, deadline=None)
def test_whatever_json_comes_is_read_or_refused(name, document, kind, url):
    head = {"Content-Type": "application/json"}
    call = Hook(kind, "POST", url, head, (), (), json.dumps(document).encode())
    in_order(*read(channel(name, {}), call))


REASONS = {"missing_field", "bad_number", "bad_timestamp", "bad_length", "bad_type", "bad_json"}
REASONS |= {"bad_encoding", "unknown_command", "bad_file", "bad_name", "bad_pdu"}


def in_order(found, refused):
    """What was read can be written down; what was refused says in a word why, and where."""
    json.dumps([told(event) for event in found], ensure_ascii=False).encode()
    if refused:
        assert refused.reason in REASONS
        assert refused.field or refused.reason in ("bad_json", "bad_type", "bad_file", "bad_name")


def read(provider, call):
    try:
        return list(provider.read(call)), None
    except Garbled as error:
        return [], error


def signed(name, call):
    """Sign a changed body again, as one who has the key; the others sign no bodies."""
    if name != "android":
        return call
    stamp = call.headers["X-Timestamp"]
    key = table(name)["channel"]["signing_key"].encode()
    mark = hmac.digest(key, call.body + stamp.encode(), "sha256").hex()
    return replace(call, headers={**call.headers, "X-Signature": mark})


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("kind", ["message", "receipt"])
@pytest.mark.parametrize(
    "method, type, body",
    [
        ("GET", "", b""),
        ("POST", "", b""),
        ("POST", "text/plain", b"Maji"),
        ("POST", "application/json", b"\xff"),
        ("POST", "multipart/form-data; boundary=x", b"--x--"),
        ("PUT", "application/xml", b"<from>+15550100</from>"),
    ],
)
def test_a_call_in_no_form_of_theirs_tells_nothing(name, kind, method, type, body):
    url, head = "https://gw.example.org/hooks/x/message", {"Content-Type": type}
    found, refused = read(channel(name, {}), Hook(kind, method, url, head, (), (), body))
    assert found == []
    in_order(found, refused)


@pytest.mark.parametrize("name", CALLED)
def test_a_call_larger_than_we_read_is_refused(name):
    _, case = next(row for row in cases("inbound", "ussd") if row[0] == name)
    call = replace(hook(case), body=b"x" * (reading.BODY + 1))
    provider = channel(name, case)
    with pytest.raises(Garbled, match="bad_length: body"):
        list(provider.read(call)) if provider.can.polls else provider.verify(signed(name, call))
    # Without proof it is a forgery first: nothing of it is kept for a person to look at.
    assert forged(channel(name, case, **SECRETS.get(name, {})), unsigned(call))


NUMBER = re.compile(r"[0-9]{9,15}$")


def leaves(document):
    """Every word in a JSON document, at any depth."""
    if isinstance(document, str):
        yield document
    inside = document.values() if isinstance(document, dict) else document
    if isinstance(document, dict | list):
        yield from (word for value in inside for word in leaves(value))


def private(name, case):
    """All that nobody may read in a log: secrets, numbers, texts."""
    ours = {**table(name)["channel"], **case.get("channel", {}), **SECRETS.get(name, {})}
    yield from (ours[need.name] for need in load(name).needs if need.secret and need.name in ours)
    request = case.get("request", {"body": "", "url": ""})
    sent = request.get("body", "")
    values = [v for _, v in reading.pairs(sent + "&" + urlsplit(request.get("url", "")).query)]
    values += re.split(r"\n|: ", request.get("content", ""))  # of a file
    values += request.get("env", {}).values()
    with suppress(ValueError):
        values += leaves(json.loads(sent))
    yield from (v for v in values if len(v) > 3 and (v[0] == "+" or " " in v or NUMBER.match(v)))
    yield from (r["to"] for r in case["expect"].get("recipients", ()))
    yield "Maji leo"


def silent(name, case, log, error=None):
    text = log.text + "".join(traceback.format_exception(error)) if error else log.text
    for word in private(name, case):
        assert word not in text
        assert word.removeprefix("+") not in text


@pytest.mark.parametrize("name, case", ALL)
def test_reading_tells_no_secret_number_or_text(name, case, caplog):
    caplog.set_level(logging.DEBUG)
    provider, call, caught = channel(name, case), hook(case), None
    try:
        verify(provider, call)
        list(provider.read(call))
    except HookError as error:
        caught = error
    assert (caught is None) == (case["expect"]["outcome"] != "reject")
    silent(name, case, caplog, caught)


@pytest.mark.parametrize("name, case", ANSWERS)
def test_sending_tells_no_secret_number_or_text(name, case, caplog):
    caplog.set_level(logging.DEBUG)
    batch = [Outgoing(1, "+254700000001", "Maji leo")]
    reply = case["response"]
    with answering(reply["http_status"], reply["body"]) as server:
        results = list(channel(name, case, base_url=server.url).send(batch))
    assert [result.id for result in results] == [1]
    silent(name, case, caplog)
    assert "Maji leo" not in repr(results)


ONLINE = sorted({name for name, _ in cases("send-response")})


@pytest.mark.parametrize("name", ONLINE)
@pytest.mark.parametrize(
    "status, headers, outcome, wait",
    [
        (200, {}, Outcome.UNKNOWN, None),  # of a page that is none of theirs
        (400, {}, Outcome.REJECTED, None),
        (401, {}, Outcome.ACCOUNT, None),
        (403, {}, Outcome.ACCOUNT, None),
        (302, {"Location": "http://192.0.2.1/"}, Outcome.ACCOUNT, None),
        (429, {"Retry-After": "7"}, Outcome.THROTTLED, 7.0),
        (500, {}, Outcome.TRANSIENT, None),
        (503, {"Retry-After": "7"}, Outcome.TRANSIENT, 7.0),
    ],
)
def test_an_answer_that_tells_nothing_means_what_its_status_says(
    name, status, headers, outcome, wait
):
    _, case = next(row for row in cases("send-response") if row[0] == name)
    with answering(status, "<html>", headers) as server:
        sender = channel(name, case, base_url=server.url)
        (result,) = sender.send([Outgoing(1, "+254700000001", "x")])
    if load(name).can.once and outcome is Outcome.UNKNOWN:
        outcome = Outcome.TRANSIENT  # told again it is not sent again, so asking is safe
    if name == "http" and outcome is Outcome.UNKNOWN:
        outcome = Outcome.REJECTED  # its settings say what a yes looks like
    assert (result.outcome, result.wait) == (outcome, wait)
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ONLINE)
def test_a_host_that_is_not_there_leaves_the_message_for_another_try(name, caplog):
    caplog.set_level(logging.DEBUG)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refused
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        _, case = next(row for row in cases("send-response") if row[0] == name)
        results = list(channel(name, case, base_url=url).send([Outgoing(1, "+254700000001", "x")]))
    assert [(r.outcome, r.error) for r in results] == [(Outcome.TRANSIENT, "NewConnectionError")]
    silent(name, case, caplog)


@pytest.mark.parametrize("name", [name for name in CALLED if load(name).can.sms])
def test_a_message_whose_time_has_passed_is_not_sent(name):
    if name not in ONLINE:
        batch = [Outgoing(1, "+254700000001", "x", expires=1.0)]
        assert [r.outcome for r in channel(name, {}).send(batch)] == [Outcome.REJECTED]
        return
    _, case = next(row for row in cases("send-response") if row[0] == name)
    with answering(500, "") as server:
        batch = [Outgoing(1, "+254700000001", "x", expires=1.0)]
        results = list(channel(name, case, base_url=server.url).send(batch))
    assert [(r.outcome, r.error) for r in results] == [(Outcome.REJECTED, "expired")]
    assert server.asked == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_table_s_settings_are_right_and_wrong_ones_are_named(name):
    known = {need.name for need in load(name).needs}
    ours = {k: v for k, v in table(name)["channel"].items() if k in known}
    assert wrong(load(name).needs, ours) == []
    assert "shoe_size is not a setting of this provider." in wrong(
        load(name).needs, {**ours, "shoe_size": "42"}
    )


@pytest.mark.parametrize("name", ONLINE)
def test_a_wrong_setting_is_named_and_its_value_is_not(name):
    needs = load(name).needs
    for need in needs:
        if need.pattern:
            (sentence,) = (s for s in wrong(needs, {need.name: "\n <§>"}) if need.name + " is" in s)
            assert "§" not in sentence
    asked = len(wrong(needs, {}))
    assert asked == len([need for need in needs if need.default is None])
    assert asked > 1 or name == "http"  # where what must be given hangs on the company
