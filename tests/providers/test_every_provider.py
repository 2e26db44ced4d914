"""A message of a person, spoiled in each way that a provider or a stranger may spoil it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as Files
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.domain.messages import Inbound, Turn
from gateway.providers import PROVIDERS, Garbled, load, reading
from tests.providers.test_promises import in_order
from tests.providers.vectors import CALLED, cases, channel, hook, table

ROOT = Files(__file__).parent.parent.parent
Path = tuple[str | int, ...]
HUGE = "x" * 20_000


def leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a document that holds no others, and the way to it."""
    if isinstance(document, dict | list):
        inside = document.items() if isinstance(document, dict) else enumerate(document)
        for name, value in inside:
            yield from leaves(value, (*path, name))
    else:
        yield path, document


def taken_apart(call) -> tuple[str, Any]:
    """A call as the part that tells, and in what it is written."""
    type = reading.header(call, "Content-Type")
    if "json" in type or call.method == "MODEM" or call.url.startswith("heard/"):
        return "json", json.loads(call.body)
    if call.method == "FILE":
        assert b"\n\n" in call.body
        head, _, body = call.body.decode().partition("\n\n")
        lines = dict(line.split(": ", 1) for line in head.split("\n"))
        return "file", {**lines, "": body}
    return ("form", list(call.form)) if call.form else ("query", list(call.query))


def put_together(call, how: str, told: Any):
    if how == "json":
        return replace(call, body=json.dumps(told).encode())
    if how == "file":
        head = "\n".join(f"{name}: {value}" for name, value in told.items() if name)
        return replace(call, body=f"{head}\n\n{told.get('', '')}".encode("utf-8", "replace"))
    pairs = tuple((name, value) for name, value in told)
    sent = urlencode(pairs, errors="surrogatepass")
    if how == "form":
        return replace(call, form=pairs, body=sent.encode())
    return replace(call, query=pairs, url=f"{call.url.partition('?')[0]}?{sent}")


def places(call) -> list[tuple[Path, Any]]:
    how, told = taken_apart(call)
    if how in ("form", "query"):
        return [((place,), value) for place, (_, value) in enumerate(told)]
    return list(leaves(told))


def without(call, path: Path):
    """The call with one value left out."""
    how, told = taken_apart(call)
    inside = told
    for name in path[:-1]:
        inside = inside[name]
    del inside[path[-1]]
    return put_together(call, how, told)


def changed(call, path: Path, value: Any):
    """The call with another value in one place."""
    how, told = taken_apart(call)
    if how in ("form", "query"):
        told[path[0]] = (told[path[0]][0], value)
        return put_together(call, how, told)
    inside = told
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return put_together(call, how, told)


def event(case):
    return case["expect"]["events"][0]


def numbers(case, call) -> list[Path]:
    """Where the person's number is written, with its country or without."""
    ends = event(case)["from"][-7:]
    return [path for path, value in places(call) if str(value).endswith(ends)]


def texts(case, call) -> list[Path]:
    return [path for path, value in places(call) if value == event(case)["text"]]


def plain(case):
    """Whether a case is of one person's words, written in the call as they are read."""
    events = case["expect"].get("events") or [{}]
    text = events[0].get("text")
    alone = len(events) == 1 and not events[0].get("concat") and "state" not in case
    said = case["direction"] == "ussd" or (text and alone and texts(case, hook(case)))
    accepted = case["expect"]["outcome"] == "accept"
    return bool(accepted and alone and said and events[0].get("from"))


def found(name, *directions):
    """The first such case of a provider; one without any breaks the collection."""
    given = (case for each, case in cases(*directions) if each == name)
    return next(case for case in given if plain(case))


def rows(direction, names):
    return [pytest.param(name, found(name, direction), id=name) for name in names]


SMS = rows("inbound", [name for name in CALLED if load(name).can.sms])
USSD = rows("ussd", [name for name in CALLED if load(name).can.ussd])
CASES = SMS + [pytest.param(*row.values, id=f"{row.id}-ussd") for row in USSD]


def saying(case, text):
    """The call with another text in it; Jasmin tells it once more as octets."""
    call = hook(case)
    assert texts(case, call)
    for path in texts(case, call):
        call = changed(call, path, text)
    how, told = taken_apart(call)
    if how in ("form", "query"):
        told = [pair for pair in told if pair[0] != "binary"]
    return put_together(call, how, told)


def read(name, case, call):
    try:
        return list(channel(name, case).read(call)), None
    except Garbled as error:
        return [], error


@pytest.mark.parametrize("name, case", CASES)
def test_the_case_is_taken_apart_and_put_together_as_it_was(name, case):
    call = hook(case)
    same = put_together(call, *taken_apart(call))
    (first,), (second,) = read(name, case, call)[0], read(name, case, same)[0]
    assert first == second
    assert isinstance(first, Inbound | Turn)
    assert numbers(case, call)


@pytest.mark.parametrize("name, case", CASES)
def test_any_field_may_be_missing_and_one_is_told_by_its_name(name, case):
    call = hook(case)
    refusals = []
    for path, _ in places(call):
        events, refused = read(name, case, without(call, path))
        in_order(events, refused)
        if refused:
            refusals.append(refused)
    assert [one for one in refusals if one.reason == "missing_field" and one.field]


@pytest.mark.parametrize("name, case", CASES)
@pytest.mark.parametrize("number", ["+999999999999999999999", "+1", "%%%", "", "\0"])
def test_a_number_that_is_none_is_refused(name, case, number):
    call = hook(case)
    for path in numbers(case, call):
        call = changed(call, path, number)
    events, refused = read(name, case, call)
    assert events == []
    assert refused is not None
    assert refused.reason in ("bad_number", "missing_field", "bad_length")
    in_order(events, refused)


@pytest.mark.parametrize("name, case", SMS)
def test_an_empty_text_is_a_message(name, case):
    (message,), _ = read(name, case, saying(case, ""))
    assert isinstance(message, Inbound)
    assert message.text == ""


@pytest.mark.parametrize("name, case", SMS)
def test_a_huge_text_is_cut_and_marked(name, case):
    (message,), _ = read(name, case, saying(case, HUGE))
    assert isinstance(message, Inbound)
    assert message.text == HUGE[: reading.TEXT]
    assert "cut" in message.flags


@pytest.mark.parametrize("name, case", USSD)
def test_a_huge_step_is_cut_or_refused(name, case):
    call = hook(case)
    for path, _ in places(call):
        events, _ = read(name, case, changed(call, path, HUGE))
        assert all(len(event.text) <= reading.TEXT for event in events)


@pytest.mark.parametrize("name, case", CASES)
def test_any_field_may_hold_anything(name, case):
    call = hook(case)
    odd: list[Any] = ["", "\0", "\ud83d", HUGE, "-1", "9" * 40, "%00", "é" * 600]
    odd += [None, [], {}, True, 1e308] if taken_apart(call)[0] == "json" else []
    for path, _ in places(call):
        for value in odd:
            in_order(*read(name, case, changed(call, path, value)))


@pytest.mark.parametrize("name, case", CASES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD"])
def test_a_call_by_another_method_is_the_same_or_tells_nothing(name, case, method):
    events, refused = read(name, case, replace(hook(case), method=method))
    assert events in ([], read(name, case, hook(case))[0])
    in_order(events, refused)


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_has_its_table_and_its_page(name):
    """A new one falls under all of this by its line in the register."""
    assert table(name)["vectors"]
    assert name in CALLED or load(name).can.links
    page = "docs/providers" if name != "simulator" else "docs"
    assert page == "docs" or (ROOT / page / f"{name}.md").exists()


# Every kind of case, and what a case of it must hold so that some test reads it.
READ = {
    **{kind: {"events"} for kind in ("inbound", "status", "ussd", "optout")},
    "signature": {"outcome"},
    "poll": {"response", "reject_reason"},
    "send-response": {"recipients", "events"},
    "refusal": {"recipients"},
    "encode": {"pdu_hex", "file_content_lines", "method"},
    "session": {"reply_pdu_hex"},
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_no_case_of_a_table_goes_unread(name):
    vectors = table(name)["vectors"]
    assert len({case["id"] for case in vectors}) == len(vectors)
    for case in vectors:
        assert READ[case["direction"]] & case["expect"].keys(), case["id"]
        if case["direction"] == "session":
            assert load(name).can.links, case["id"]
