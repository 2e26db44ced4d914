"""A channel is tried from its page: it signs in, or texts one number, and says what happened."""

import json
from collections.abc import Callable, Iterator

import pytest

from gateway.context import Gateway
from gateway.store import channels
from tests.providers.smsc import Smsc
from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer
from tests.web.conftest import NOW, Clock
from tests.web.people import Browser

Sit = Callable[[str], Browser]
AT = "/channels/line"
TO = "+15550100"
LEFT = "This person has left."


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        yield server


def add(gw: Gateway, provider: str, **settings: str) -> int:
    sealed = gw.sealer.seal(settings)
    return gw.store.write(lambda db: channels.add(db, "line", provider, NUMBER, sealed, NOW))


@pytest.fixture
def line(gw: Gateway, twilio: TwilioServer) -> int:
    return add(gw, "twilio", account_sid=ACCOUNT, auth_token=TOKEN, base_url=twilio.url)


def tried(seat: Browser, to: str = "") -> str:
    """Try the channel; return what its page says then."""
    answer = seat.post(f"{AT}/try", {"to": to}, page=AT)
    return seat.get(AT).text if answer.status_code == 303 else answer.text


def test_it_signs_in_and_sends_nothing(sit: Sit, line: int, twilio: TwilioServer) -> None:
    assert "✓</b> The provider knows us." in tried(sit("operator"))
    assert twilio.messages == []


def test_it_texts_a_number_each_time_in_other_words(
    sit: Sit, line: int, twilio: TwilioServer, clock: Clock
) -> None:
    ada = sit("administrator")
    for _ in range(2):
        assert "✓</b> The provider took it. Look at the phone." in tried(ada, TO)
        clock.now += 1
    told = [one.form["Body"] for one in twilio.messages]
    assert told[0] != told[1]
    assert {one.form["To"] for one in twilio.messages} == {TO}


def test_a_refusal_is_said_in_words_with_the_providers_code(sit: Sit, gw: Gateway) -> None:
    with TwilioServer(token="0" * 32) as other:
        add(gw, "twilio", account_sid=ACCOUNT, auth_token=TOKEN, base_url=other.url)
        said = tried(sit("operator"))
    assert "✕</b> The provider refuses this account: check sign-in, credit and sender." in said
    assert "20003" in said


@pytest.mark.parametrize("to", ["abc", "+999", "1"])
def test_what_is_no_number_is_named_and_kept_to_be_mended(
    sit: Sit, line: int, twilio: TwilioServer, to: str
) -> None:
    said = tried(sit("operator"), to)
    assert "That is not a number. Write it with + and the country code." in said
    assert f'value="{to}"' in said
    assert twilio.messages == []


def test_who_has_left_is_not_texted(sit: Sit, gw: Gateway, line: int, twilio: TwilioServer) -> None:
    key = gw.numbers.of(TO)
    sql = "INSERT INTO consent (number_key, state, how, at) VALUES (?, 'out', 'keyword', ?)"
    gw.store.write(lambda db: db.execute(sql, (key, NOW)))
    assert LEFT in tried(sit("operator"), TO)
    assert twilio.messages == []


def test_what_is_texted_counts_where_parts_are_counted(
    sit: Sit, gw: Gateway, line: int, twilio: TwilioServer
) -> None:
    gw.store.write(lambda db: channels.limit(db, line, {"per_hour": 100}))
    assert "1 used of 100" in tried(sit("operator"), TO)


def test_the_audit_notes_the_try_and_no_number(
    sit: Sit, gw: Gateway, line: int, twilio: TwilioServer
) -> None:
    tried(sit("operator"), TO)
    row = gw.store.read.execute("SELECT * FROM audit WHERE act = 'channel.try'").fetchone()
    assert json.loads(row["detail"]) == {"outcome": "accepted", "texted": True}
    assert TO not in str(tuple(row))


def test_what_is_off_is_left_alone(sit: Sit, gw: Gateway, line: int, twilio: TwilioServer) -> None:
    gw.store.write(lambda db: channels.enable(db, line, False))
    assert "The channel is off. Turn it on first." in tried(sit("operator"), TO)
    assert twilio.messages == []


def test_a_link_that_is_not_bound_is_not_opened_by_a_try(sit: Sit, gw: Gateway) -> None:
    with Smsc() as smsc:
        settings = {"host": "127.0.0.1", "port": str(smsc.port), "system_id": "relief"}
        add(gw, "smpp", **settings, password="secret")
        said = tried(sit("operator"), TO)
        assert "The link is not bound." in said
        assert smsc.lines == []


def test_a_phone_that_fetches_is_said_to_be_one(sit: Sit, gw: Gateway) -> None:
    add(gw, "smssync", secret="a-secret")
    for to in ("", TO):
        assert "the phone calls us, and fetches what waits for it." in tried(sit("operator"), to)
