"""J4: a question by SMS, answered by field staff on a slow line, and the loop closed.

Bikash works in the field in Nepal; his browser runs no scripts.
"""

import re
from collections.abc import Callable
from itertools import count

import pytest
from selenium.webdriver import Chrome

from gateway.domain.sms import measure
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.seat import Seat
from tests.journeys.waiting import until
from tests.providers.twilio_server import TwilioServer

QUESTION = "कहिले बाटो खुल्छ?"
ANSWER = "बाटो शुक्रबार खुल्छ।"
FIRST_VIEW = 14 * 1024
NUMBERS = count(100)


@pytest.fixture(scope="module")
def gateway(make: Make, twilio: TwilioServer) -> GatewayProcess:
    gateway = make(LANGUAGE="ne", REGION="NP")
    gateway.add_twilio("koshi", twilio)
    gateway.add_users(Bikash="field_staff")
    gateway.start()
    return gateway


@pytest.fixture
def person() -> str:
    return f"+15550{next(NUMBERS)}"


@pytest.fixture
def text(gateway: GatewayProcess, twilio: TwilioServer, person: str) -> Callable[[str], str]:
    """Text the gateway as the person; return the answer."""

    def text(words: str) -> str:
        before = len(twilio.messages)
        assert twilio.bring(gateway.hook("koshi"), person, words)[0] == 200
        until(lambda: len(twilio.messages) > before, f"an answer to {words!r}", told=gateway.log)
        return twilio.messages[-1].form["Body"]

    return text


def item(gateway: GatewayProcess, reference: str) -> dict[str, object]:
    (row,) = gateway.rows(
        """SELECT feedback.type, status, loop_closed, feedback.language, category, code.code,
                  answered_at >= created_at AS answered
             FROM feedback LEFT JOIN code ON code.id = feedback.code WHERE reference = ?""",
        reference,
    )
    return row


def asks(text: Callable[[str], str]) -> str:
    """Ask the question; return its reference."""
    told = text(f"ASK {QUESTION}")
    found = re.search(r"[2-9A-Z]{4,6}$", told)
    assert found, told
    return found[0]


def answers(seat: Seat, reference: str) -> None:
    """Code the question and answer it, seeing the words as the person gets them first."""
    seat.go("/feedback")
    seat.follow(reference)
    seat.unfold("Sort")
    seat.choose("code", "hazard/road_blocked")
    seat.press("Save the code")
    seat.write("text", ANSWER)
    seat.press("Look at it first")
    seat.sees("2 SMS · 70 letters each")
    seat.press("Send this answer")
    seat.sees("The answer is on its way.")


def test_a_question_is_coded_answered_and_closed_on_a_slow_line(
    gateway, twilio, text, person, browser_plain
):
    reference, seat = asks(text), Seat(browser_plain, gateway)
    assert item(gateway, reference)["language"] == "ne"
    seat.sign_in("Bikash")
    with seat.slow_line():
        seat.go("/feedback")
        assert QUESTION in seat.text
    assert f"***{person[-3:]}" in seat.text
    assert person not in seat.text
    assert seat.weight() <= FIRST_VIEW
    before = len(twilio.messages)
    answers(seat, reference)
    assert seat.weight() <= FIRST_VIEW
    until(lambda: len(twilio.messages) > before, "the answer", told=gateway.log)
    got = twilio.messages[-1].form
    assert (got["To"], measure(got["Body"]).alphabet, measure(got["Body"]).parts) == (
        person,
        "ucs2",
        2,
    )
    assert ANSWER in got["Body"]
    assert item(gateway, reference) == {
        "type": "question",
        "status": "answered",
        "loop_closed": None,
        "language": "ne",
        "category": "hazard",
        "code": "road_blocked",
        "answered": 1,
    }
    assert reference in text(f"{reference} OK")
    closed = item(gateway, reference)
    assert (closed["status"], closed["loop_closed"]) == ("closed", "replied_to_person")
    assert history(gateway, reference) == [
        "acknowledged",
        "triaged",
        "answered",
        "closed",
    ]


def history(gateway: GatewayProcess, reference: str) -> list[str]:
    rows = gateway.rows(
        """SELECT new FROM feedback_event JOIN feedback ON feedback.id = feedback_event.feedback
            WHERE kind = 'status' AND reference = ? ORDER BY feedback_event.id""",
        reference,
    )
    return [row["new"] for row in rows]


def test_other_words_open_the_same_item_again_and_whoever_works_on_it_sees_that(
    gateway, text, browser_plain
):
    reference, seat = asks(text), Seat(browser_plain, gateway)
    seat.sign_in("Bikash")
    seat.go(f"/feedback/{reference}")
    seat.press("I take it")
    answers(seat, reference)
    items = gateway.value("SELECT count(*) FROM feedback")
    assert reference in text(f"{reference} still closed")
    assert gateway.value("SELECT count(*) FROM feedback") == items
    assert item(gateway, reference)["status"] == "reopened"
    seat.go("/feedback?assignee=" + str(gateway.value("SELECT id FROM user WHERE name = 'Bikash'")))
    assert f"{reference}" in seat.text
    assert "Reopened" in seat.text
    seat.follow(reference)
    assert "still closed" in seat.text
    assert text(f"ref {reference.lower()} ok").count(reference) == 1
    assert item(gateway, reference)["status"] == "closed"


def test_who_left_meanwhile_gets_no_answer_and_staff_are_told_what_to_do(
    gateway, twilio, text, person, browser: Chrome
):
    reference, seat = asks(text), Seat(browser, gateway)
    text("STOP")
    before = len(twilio.messages)
    seat.sign_in("Bikash")
    seat.go(f"/feedback/{reference}")
    seat.press("I take it")
    seat.sees("This person has left.")
    seat.write("text", ANSWER)
    seat.press("Look at it first")
    seat.sees("Announce it to the community instead, then close the item.")
    assert not seat.offers("Send this answer")
    seat.unfold("Close")
    seat.choose("how", "announced_to_community")
    seat.press("Close the item")
    assert item(gateway, reference)["loop_closed"] == "announced_to_community"
    assert len(twilio.messages) == before
