"""Channels: added by a form, told how they do, and their secrets never shown again."""

import json
import re
import sys
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from gateway import providers
from gateway.context import Gateway
from gateway.store import channels, inbox
from tests.web.conftest import NOW, Clock
from tests.web.people import Browser
from tests.web.programs import add_channel
from tests.web.rows import fill

SECRET = "s3cret-of-the-account"
TWILIO = {
    "name": "main-line",
    "address": "+15550100",
    "set-account_sid": "AC" + "1" * 32,
    "set-auth_token": SECRET,
}
AT = "/channels/main-line"
Sit = Callable[[str], Browser]


@pytest.fixture
def ada(sit: Sit) -> Browser:
    return sit("administrator")


def _add(ada: Browser, **changes: str) -> TestResponse:
    return ada.post("/channels/new/twilio", TWILIO | changes, page="/channels/new/twilio")


def _settings(gw: Gateway, name: str = "main-line") -> dict[str, str]:
    row = channels.by_name(gw.store.read, name)
    assert row is not None
    return gw.sealer.open(row["settings"])


def test_a_channel_that_nobody_calls_shows_no_addresses(ada: Browser) -> None:
    form = {"name": "modems", "address": "+211920000999", "rate": "", "cost": ""}
    form |= {"set-folder": "/var/spool/sms", "set-timezone": "+02:00", "set-report": "yes"}
    added = ada.post("/channels/new/spool", form, page="/channels/new/spool")
    assert added.headers["Location"] == "/channels/modems"
    page = ada.get("/channels/modems").text
    assert "/var/spool/sms" in page
    assert "hooks/modems" not in page
    assert "addresses to the provider" not in page


def test_a_channel_is_added_and_shows_the_addresses_to_paste(ada: Browser) -> None:
    assert _add(ada).headers["Location"] == AT
    page = ada.get(AT).text
    assert "https://gateway.example/hooks/main-line/message#rc=3&amp;rp=5xx,ct,rt<" in page
    assert "/hooks/main-line/receipt" not in page  # every message carries it
    assert "/hooks/main-line/ussd" not in page
    assert "main-line" in ada.get("/channels").text


def test_the_addresses_say_where_the_key_goes_and_do_not_show_it(ada: Browser) -> None:
    key = "a-long-word-of-your-own"
    form = {"name": "menu", "address": "*920*55#", "set-type": "nalo", "set-hook_key": key}
    ada.post("/channels/new/ussd", form, page="/channels/new/ussd")
    page = ada.get("/channels/menu").text
    assert "https://gateway.example/hooks/menu/ussd?key=YOUR-HOOK-KEY<" in page
    assert "Put the hook_key you chose in place of YOUR-HOOK-KEY." in page
    assert "/hooks/menu/message" not in page
    assert key not in page


def test_a_secret_is_kept_and_never_shown(ada: Browser, gw: Gateway) -> None:
    _add(ada)
    assert _settings(gw)["auth_token"] == SECRET
    for path in (AT, "/channels", "/audit", "/"):
        assert SECRET not in ada.get(path).text, path
    row = channels.by_name(gw.store.read, "main-line")
    assert row is not None
    assert SECRET not in row["settings"]


@pytest.mark.parametrize(
    "changes, field, said",
    [
        ({"name": "Main Line"}, "name", "small letters"),
        ({"name": ""}, "name", "small letters"),
        ({"set-account_sid": "XY12"}, "set-account_sid", "not of the right form"),
        ({"set-auth_token": ""}, "set-auth_token", "must be given"),
        ({"rate": "fast"}, "rate", "above zero"),
        ({"cost": "0"}, "cost", "above zero"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(
    ada: Browser, gw: Gateway, changes: dict[str, str], field: str, said: str
) -> None:
    answer = _add(ada, **changes)
    assert answer.status_code == 400
    reason = answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert said in reason
    assert SECRET not in answer.text
    assert not channels.every(gw.store.read)


def test_a_name_is_never_given_twice(ada: Browser, gw: Gateway) -> None:
    _add(ada)
    answer = _add(ada)
    assert answer.status_code == 400
    assert "taken" in answer.text
    assert len(channels.every(gw.store.read)) == 1


def test_an_empty_secret_stays_and_a_new_one_replaces_it(ada: Browser, gw: Gateway) -> None:
    _add(ada)
    change = {**TWILIO, "set-auth_token": "", "address": "+15550111", "rate": "2,5"}
    assert ada.post(AT, change, page=AT).status_code == 303
    assert _settings(gw)["auth_token"] == SECRET
    row = channels.by_name(gw.store.read, "main-line")
    assert row is not None
    assert (row["address"], row["rate"]) == ("+15550111", 2.5)
    ada.post(AT, {**TWILIO, "set-auth_token": "another-secret"}, page=AT)
    assert _settings(gw)["auth_token"] == "another-secret"


def test_a_secret_that_may_be_missing_can_be_forgotten(ada: Browser, gw: Gateway) -> None:
    _add(ada, **{"set-auth_token_2": "the-second-one"})
    ada.post(AT, {**TWILIO, "clear-auth_token_2": "1"}, page=AT)
    assert "auth_token_2" not in _settings(gw)


def test_the_audit_names_what_changed_and_no_value(ada: Browser, gw: Gateway) -> None:
    _add(ada)
    ada.post(AT, {**TWILIO, "set-auth_token": "another-secret"}, page=AT)
    ada.post(f"{AT}/off", {}, page=AT)
    rows = gw.store.read.execute("SELECT * FROM audit WHERE subject = 'channel:main-line'")
    told = [(row["by"], row["act"], json.loads(row["detail"])) for row in rows]
    assert told == [
        ("user:ada", "channel.add", {"provider": "twilio"}),
        ("user:ada", "channel.set", {"settings": ["auth_token"]}),
        ("user:ada", "channel.off", {}),
    ]


def test_a_channel_is_turned_off_and_on(ada: Browser) -> None:
    _add(ada)
    ada.post(f"{AT}/off", {}, page=AT)
    assert "Nothing goes out" in ada.get(AT).text
    ada.post(f"{AT}/on", {}, page=AT)
    assert "Nothing goes out" not in ada.get(AT).text


def test_a_held_channel_says_why_and_what_to_do_and_is_released(
    sit: Sit, gw: Gateway, clock: Clock
) -> None:
    fill(gw, NOW)
    sita = sit("operator")
    held = "/channels/line-1"
    page = sita.get(held).text
    assert "<code>20003</code>" in page
    assert "then release the channel" in page
    assert "then release the channel" in sita.get("/").text
    assert sita.post(f"{held}/release", {}, page=held).status_code == 303
    assert "20003" not in sita.get(held).text


def test_a_short_hold_is_only_a_request_to_slow_down(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    gw.store.write(lambda db: channels.hold(db, 1, NOW + 5, "throttled"))
    assert "asks us to slow down" in sit("operator").get("/channels/line-0").text


def test_the_engine_is_roused_by_a_change(settings, gw: Gateway, sit: Sit) -> None:
    roused = []
    gw.rouse = lambda: roused.append(1)
    _add(sit("administrator"))
    assert roused


@pytest.mark.parametrize("provider", list(providers.PROVIDERS))
def test_every_provider_has_a_form(ada: Browser, provider: str) -> None:
    page = ada.get(f"/channels/new/{provider}").text
    for need in providers.load(provider).needs:
        assert (f'name="set-{need.name}"' in page) is not need.hidden, need.name


def test_calls_that_were_not_taken_are_told_without_what_they_held(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    body = b"from=%2B447700900001&text=help"
    gw.store.write(lambda db: inbox.keep_call(db, "line-0", "message", "signature", body, NOW))
    page = sit("operator").get("/channels/line-0").text
    assert "<code>message</code>" in page
    assert "signature" in page
    assert "447700900001" not in page
    assert "not taken" not in sit("operator").get("/channels/line-1").text


def test_others_read_a_channel_but_see_no_settings(sit: Sit, ada: Browser) -> None:
    _add(ada)
    page = sit("auditor").get(AT).text
    assert "hooks/main-line/message" in page
    assert "set-account_sid" not in page
    assert TWILIO["set-account_sid"] not in page


@pytest.mark.parametrize("path", ["/channels", "/channels/sim"])
def test_what_is_counted_of_a_channel_was_written_today(sit: Sit, gw: Gateway, path: str) -> None:
    id = add_channel(gw)
    row = """
        INSERT INTO outbox (recipient, channel, class, state, due_at, text, parts, alphabet,
                            created_at, sent_at)
        VALUES ('+447700900001', ?, 2, ?, 0, 'Seeds.', 1, 'gsm7', ?, ?)"""
    today, yesterday = NOW - 60, NOW - 86400
    rows = [(id, state, yesterday, NOW) for state in ("sent", "delivered", "failed")]
    rows += [(id, state, today, NOW) for state in ("sent", "failed", "failed")]
    gw.store.write(lambda db: db.executemany(row, rows))
    page = sit("operator").get(path).text
    for label, n in {"Written today: sent": 1, "Written today: failed": 2}.items():
        assert re.search(rf'(data-label="{label}">|<dt>{label}</dt><dd>){n}<', page)


@pytest.mark.parametrize("path", ["/channels/none", "/channels/new/none"])
def test_what_is_not_there_is_not_found(ada: Browser, path: str) -> None:
    assert ada.get(path).status_code == 404


def test_a_modem_is_refused_where_gammu_is_missing_and_the_page_says_what_to_install(
    ada: Browser, gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = "/channels/new/modem"
    form = {"name": "stick", "address": "+15550100", "set-device": "/dev/ttyUSB0"}
    monkeypatch.setitem(sys.modules, "gammu", None)
    assert "gateway-sms[modem]" in ada.get(at).text
    refused = ada.post(at, form, page=at)
    assert (refused.status_code, "gateway-sms[modem]" in refused.text) == (400, True)
    assert channels.every(gw.store.read) == []
    monkeypatch.undo()
    assert "gateway-sms[modem]" not in ada.get(at).text
    assert ada.post(at, form, page=at).headers["Location"] == "/channels/stick"
