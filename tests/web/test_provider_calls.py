"""Calls of providers through the web: sessions in the path, batches with one bad message."""

import json

import pytest

from gateway.domain.messages import Outgoing
from gateway.providers.infobip.order import own
from gateway.store import channels, inbox

KEY = "a-long-word-of-your-own"
AMINA = "447700900101"


@pytest.fixture
def infobip(gw):
    settings = {"base_url": "http://127.0.0.1:1", "api_key": "0" * 16, "hook_key": KEY}
    sealed = gw.sealer.seal(settings)
    gw.store.write(lambda db: channels.add(db, "tana", "infobip", "*120#", sealed, gw.clock()))
    return gw


@pytest.fixture
def call(infobip, browser):
    def made(method, path, body):
        return browser.client.open(f"/hooks/tana/{path}", method=method, json=body)

    return made


def step(call, name, method="POST", **more):
    return call(method, f"ussd/{KEY}/session/S77/{name}", more)


def test_a_session_walks_by_the_path_it_is_called_at(call):
    first = step(call, "start", msisdn=AMINA, shortCode="*120#", text="*120#")
    assert (first.status_code, first.json["shouldClose"]) == (200, False)
    second = step(call, "response", msisdn=AMINA, shortCode="*120#", text="1")
    assert second.json["responseExitCode"] == 200
    assert second.json["ussdMenu"] not in ("", first.json["ussdMenu"])
    end = step(call, "end", method="PUT", exitCode=0, reason="")
    assert (end.status_code, end.json) == (200, {"responseExitCode": 200, "responseMessage": ""})


def test_an_ending_brings_nobody_into_the_contacts(call, infobip):
    count = "SELECT count(*) FROM address"
    before = infobip.store.read.execute(count).fetchone()[0]
    assert step(call, "end", method="PUT", exitCode=0, reason="").status_code == 200
    assert infobip.store.read.execute(count).fetchone()[0] == before


@pytest.mark.parametrize("key", ["", f"/{KEY[::-1]}"])
def test_a_session_without_our_key_is_refused(call, key):
    body = {"msisdn": AMINA, "shortCode": "*120#", "text": "*120#"}
    assert call("POST", f"ussd{key}/session/S77/start", body).status_code == 403


@pytest.mark.parametrize("path", ["message/session/S77/start", "ussd-end", "messages"])
def test_no_other_address_has_anything_behind_it(call, path):
    assert call("POST", f"{path}?key={KEY}", {}).status_code == 404


def message(id, **more):
    return {"messageId": id, "from": AMINA, "to": "1212", "text": "MAJI", **more}


def test_a_bad_message_does_not_hold_up_those_that_came_with_it(call, infobip):
    batch = [message("m1"), message("m2", receivedAt="yesterday"), message("m3")]
    answer = call("POST", f"message?key={KEY}", {"results": batch})
    assert answer.status_code == 200
    channel = infobip.channels.get("tana")
    kept = [inbox.by_reference(infobip.store.read, channel.id, id) for id in ("m1", "m2", "m3")]
    assert [row is not None for row in kept] == [True, False, True]
    (refused,) = inbox.kept_calls(infobip.store.read)
    assert refused["reason"] == "bad_timestamp: results[1].receivedAt"
    assert json.loads(refused["body"])["results"][1]["messageId"] == "m2"


def test_a_call_with_nothing_but_bad_messages_is_refused(call):
    batch = {"results": [message("m1", receivedAt="yesterday")]}
    assert call("POST", f"message?key={KEY}", batch).status_code == 400


@pytest.mark.parametrize(
    "group, code, state",
    [(3, 5, "delivered"), (3, 2, "sent"), (5, 6, "failed"), (5, 12, "unknown"), (4, 29, "unknown")],
)
def test_a_receipt_finds_a_message_whose_sending_was_never_answered(
    call, infobip, group, code, state
):
    call("POST", f"message?key={KEY}", {"results": [message("m1")]})
    (row,) = infobip.store.read.execute("SELECT * FROM outbox").fetchall()
    infobip.store.write(lambda db: db.execute("UPDATE outbox SET state = 'unknown'"))
    reference = own(Outgoing(row["id"], row["recipient"], row["text"]), infobip.clock())
    status = {"groupId": group, "id": code, "name": "X"}
    report = {"messageId": reference, "to": AMINA, "status": status}
    answer = call("POST", f"receipt?key={KEY}", {"results": [report]})
    assert answer.status_code == 200
    (row,) = infobip.store.read.execute("SELECT * FROM outbox").fetchall()
    assert row["state"] == state


@pytest.mark.parametrize("kind", ["message", "receipt", "ussd"])
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "HEAD", "OPTIONS"])
def test_a_call_by_a_method_that_no_provider_uses_keeps_nothing(call, infobip, method, kind):
    answer = call(method, f"{kind}?key={KEY}", {"results": [message("m1")]})
    assert answer.status_code == (200 if method == "OPTIONS" else 405)  # that one asks what it may
    assert infobip.store.read.execute("SELECT count(*) FROM inbound").fetchone()[0] == 0
