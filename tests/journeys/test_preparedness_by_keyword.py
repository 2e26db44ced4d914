"""J2: advice by keyword, in a language that no library knows.

Tomasi, in Vanuatu, has any phone and reads Bislama.
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from gateway.domain.sms import measure
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.providers.twilio_server import TwilioServer

BISLAMA = Path(__file__).with_name("bislama.po")
MENU = "1 Askem kwestin\n2 Askem help\n3 Tingting o problem\n4 Mi harem wan samting\n5 Infomesen"
NUMBERS = count(100)

Text = Callable[[str], str]


@pytest.fixture(scope="module")
def gateway(make: Make, twilio: TwilioServer) -> GatewayProcess:
    gateway = make(LANGUAGE="bi", REGION="VU")
    gateway.command("content", "import", str(BISLAMA), "--language", "bi")
    gateway.add_twilio("vila", twilio)
    gateway.start()
    return gateway


@pytest.fixture
def text(gateway: GatewayProcess, twilio: TwilioServer) -> Text:
    """Text the gateway as Tomasi; return what comes back, one SMS."""
    tomasi = f"+15550{next(NUMBERS)}"

    def text(words: str) -> str:
        before = len(twilio.messages)
        status, _ = twilio.bring(gateway.hook("vila"), tomasi, words)
        assert status == 200
        until(lambda: len(twilio.messages) > before, f"an answer to {words!r}", told=gateway.log)
        (answer,) = twilio.messages[before:]
        assert answer.form["To"] == tomasi
        size = measure(answer.form["Body"])
        assert (size.alphabet, size.parts) == ("gsm7", 1)
        return answer.form["Body"]

    return text


def replies(gateway: GatewayProcess) -> list[tuple[str, str]]:
    """Return source and language of what was sent in answer to the last person, oldest first."""
    found = gateway.rows(
        """SELECT source, language FROM outbox
            WHERE address = (SELECT address FROM inbound ORDER BY id DESC LIMIT 1) ORDER BY id"""
    )
    return [(row["source"], row["language"]) for row in found]


def test_a_keyword_and_more_bring_three_messages_and_then_the_menu(gateway, text):
    first, second, third, last = text("FLOOD"), text("more"), text(" more "), text("MORE")
    assert first.startswith("1/3 Bifo bigfala wota")
    assert second.startswith("2/3 Taem wota i kam antap")
    assert third.startswith("3/3 Afta long bigfala wota")
    assert [answer.endswith(" Sendem MORE.") for answer in (first, second, third)] == [
        True,
        True,
        False,
    ]
    assert last == f"Hemia nomo. Jusum wan namba, o raetem kwestin blong yu:\n{MENU}"
    assert replies(gateway) == [
        ("topic:flood/1@1", "bi"),
        ("topic:flood/2@1", "bi"),
        ("topic:flood/3@1", "bi"),
        ("menus.home", "bi"),
    ]


def test_a_slip_of_the_thumb_is_offered_the_nearest_keyword(gateway, text):
    assert text("FLUD").startswith("Yu minim FLOOD? Sipos yes, sendem FLOOD.")
    assert text("FLOOD").startswith("1/3 Bifo bigfala wota")


def test_yes_to_the_offer_is_enough(text):
    assert "FLOOD" in text("FLUD")
    assert text("yes").startswith("1/3 Bifo bigfala wota")


@pytest.mark.parametrize("words", ["", " ", "🌊🏠", "?!"], ids=["empty", "space", "emoji", "signs"])
def test_a_message_without_words_gets_the_menu_and_is_kept(gateway, text, words):
    before = gateway.value("SELECT count(*) FROM feedback")
    assert text(words) == f"Halo. Raetem long wod blong yu, o jusum wan namba:\n{MENU}"
    assert gateway.value("SELECT count(*) FROM feedback") == before + 1
    assert gateway.value("SELECT text FROM feedback ORDER BY id DESC LIMIT 1") == words


def test_the_menu_that_follows_takes_a_number(gateway, text):
    text("🙏")
    assert text("5").splitlines()[1] == "1 Bigfala wota"


def test_a_question_in_own_words_is_kept_after_the_last_message(gateway, text):
    text("MORE")
    assert text("wanem taem rod i open bakegen").startswith("Tangkyu. Mifala i gat mesej")
    (item,) = gateway.rows("SELECT text, language FROM feedback ORDER BY id DESC LIMIT 1")
    assert item == {"text": "wanem taem rod i open bakegen", "language": "bi"}
