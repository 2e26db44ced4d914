"""The phone in the browser: texts, USSD, who may use it, what the gateway hears of it."""

import re
import time
from collections.abc import Callable, Iterator

import pytest

from gateway.app import make_app
from gateway.context import Gateway
from gateway.engine import Engine
from gateway.store import channels
from tests.web.handsets import Handset, add_channel, bubbles, screen, with_content
from tests.web.people import Browser, csrf_of
from tests.web.reading import Page
from tests.web.rows import words

Sit = Callable[[str], Browser]


@pytest.fixture
def at_hand(bare: Gateway) -> Gateway:
    """A gateway with the content it ships and one simulator channel."""
    return with_content(bare)


@pytest.fixture
def handset(at_hand: Gateway) -> Handset:
    return Handset(at_hand)


@pytest.fixture
def on_air(at_hand: Gateway) -> Iterator[Handset]:
    """A handset whose gateway has its engine running."""
    at_hand.clock = time.time
    app = make_app(at_hand)
    engine = app.extensions["engine"] = Engine(at_hand)
    engine.start()
    yield Handset(at_hand, app.test_client())
    engine.stop()


# Messages


def test_a_text_is_answered_on_the_next_page(on_air: Handset) -> None:
    sent, answer = bubbles(on_air.text("FLOOD"))
    assert sent.startswith("FLOOD To 4040")
    assert sent.endswith("1 SMS")
    assert "1/3" in answer
    assert answer.endswith("1 SMS ✓ Phone confirmed")


def test_what_the_phone_has_shown_is_delivered(on_air: Handset) -> None:
    on_air.text("FLOOD")
    assert on_air.one("SELECT state FROM outbox") == "delivered"
    assert [row["status"] for row in on_air.rows("SELECT status FROM receipt")] == ["delivered"]
    on_air.page()
    assert on_air.one("SELECT count(*) FROM receipt") == 1


def test_what_has_not_gone_out_is_not_delivered(handset: Handset) -> None:
    _, answer = bubbles(handset.text("FLOOD"))
    assert answer.endswith("◔ Waiting")
    assert handset.one("SELECT count(*) FROM receipt") == 0


def test_another_phone_does_not_receive_for_this_one(on_air: Handset) -> None:
    on_air.text("FLOOD")
    on_air.post("/handset/phone", number="+15550101")
    on_air.text("HELP")
    texts = bubbles(on_air.page())
    assert len(texts) == 2
    assert texts[0].startswith("HELP")


@pytest.mark.parametrize("words", ["", "  ", "maji\nhapa", "पानी छैन 💧", "a" * 400])
def test_any_text_reaches_the_gateway_as_it_was_written(handset: Handset, words: str) -> None:
    handset.text(words.replace("\n", "\r\n"))
    row = handset.rows("SELECT text, sender, recipient FROM inbound")[0]
    assert tuple(row) == (words, "+15550100", "4040")


@pytest.mark.parametrize(
    "words, parts", [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("न" * 70, 1), ("न" * 71, 2)]
)
def test_each_text_shows_its_parts(handset: Handset, words: str, parts: int) -> None:
    assert bubbles(handset.text(words))[0].endswith(f"{parts} SMS")


def test_a_form_sent_twice_is_one_text(handset: Handset) -> None:
    for _ in range(2):
        handset.text("FLOOD", id="the-same-form")
    assert handset.one("SELECT count(*) FROM inbound") == 1
    assert handset.one("SELECT count(*) FROM outbox") == 1


def test_every_page_has_a_form_of_its_own(handset: Handset) -> None:
    ids = {re.search(r'name="id" value="([^"]+)"', handset.page()) for _ in range(2)}
    assert len({found.group(1) for found in ids if found}) == 2


def test_a_text_the_gateway_refuses_is_still_in_the_box(handset: Handset) -> None:
    page = handset.post("/handset/text", 400, text="💧" * 10_000)
    assert "The gateway did not take this: bad_length" in page
    assert Page(page).all("textarea")[0].text.strip() == "💧" * 10_000
    assert handset.one("SELECT count(*) FROM inbound") == 0


def test_a_text_with_odd_letters_is_shown_as_it_is(handset: Handset) -> None:
    page = handset.text('<b>"ماء" & co</b>')
    assert "&lt;b&gt;" in page
    assert bubbles(page)[0].startswith('<b>"ماء" & co</b>')


def test_only_while_watching_the_page_loads_itself(handset: Handset) -> None:
    plain = handset.client.get("/handset")
    assert "http-equiv" not in plain.text
    assert "<script" not in plain.text
    watching = handset.client.get("/handset?watch=120")
    assert 'content="5;url=/handset?watch=119"></noscript>' in watching.text
    assert "connect-src 'self'" in watching.headers["Content-Security-Policy"]
    assert "connect-src" not in plain.headers["Content-Security-Policy"]


def test_watching_ends_by_itself(handset: Handset) -> None:
    assert 'content="5;url=/handset">' in handset.client.get("/handset?watch=1").text
    assert "?watch=119" in handset.client.get("/handset?watch=99999").text


def test_watching_goes_on_after_a_text(handset: Handset) -> None:
    token = csrf_of(handset.client.get("/handset?watch=1"))
    fields = {"csrf": token, "text": "FLOOD", "watch": "1"}
    assert handset.client.post("/handset/text", data=fields).location == "/handset?watch=120"


def test_the_script_is_small_and_kept(handset: Handset) -> None:
    answer = handset.client.get("/handset/watch.js")
    assert answer.mimetype == "text/javascript"
    assert len(answer.data) < 1000
    assert "max-age" in answer.headers["Cache-Control"]


def test_a_secret_of_the_channel_is_known_to_the_phone(at_hand: Gateway) -> None:
    add_channel(at_hand, "locked", {"secret": "open-sesame-0123"}, "5050")
    handset = Handset(at_hand)
    handset.post("/handset/phone", number="+15550102", channel="locked")
    assert bubbles(handset.text("FLOOD"))[0].startswith("FLOOD To 5050")
    assert screen(handset.post("/handset/dial", code="*5050#")).startswith("Red Cross")


def test_a_channel_of_another_provider_is_none_of_the_handset(at_hand: Gateway) -> None:
    sealed = at_hand.sealer.seal({"account_sid": "AC1", "auth_token": "t"})
    at_hand.store.write(lambda db: channels.add(db, "big", "twilio", "+15550199", sealed, 0.0))
    handset = Handset(at_hand)
    handset.post("/handset/phone", number="+15550102", channel="big")
    handset.text("FLOOD")
    assert handset.one("SELECT name FROM channel JOIN inbound ON channel.id = channel") == (
        "simulator"
    )


def test_a_channel_that_is_off_says_so(handset: Handset) -> None:
    handset.gw.store.write(lambda db: channels.enable(db, 1, False))
    assert "This channel is off" in handset.page()


def test_a_long_thread_is_shown_in_few_bytes(on_air: Handset) -> None:
    for n in range(25):
        on_air.text(words(n))
    answer = on_air.client.get("/handset", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 6_000


# The phone itself


@pytest.mark.parametrize("number", ["", "Amina", "4040", "+1", "0" * 40])
def test_a_phone_needs_a_phone_number(handset: Handset, number: str) -> None:
    page = handset.post("/handset/phone", 400, number=number)
    assert "This is no phone number." in page
    assert "+15550100" in handset.page()


def test_a_number_is_remembered_but_in_no_address(handset: Handset) -> None:
    handset.post("/handset/phone", number="+44 7700 900123")
    assert "+447700900123" in handset.page()
    links = [one.attrs["href"] for one in Page(handset.page()).all("a")]
    assert not [link for link in links if "900123" in link]


def test_without_a_simulator_the_page_says_what_to_do(bare: Gateway) -> None:
    page = Handset(bare).page()
    assert "gateway channel add simulator" in page
    assert "<textarea" not in page
    assert "gateway channel add simulator" in Handset(bare).page("/handset/ussd")


def test_an_administrator_is_led_to_add_a_simulator(sit: Sit) -> None:
    assert 'href="/channels/new/simulator"' in sit("administrator").get("/handset").text


def test_posts_without_a_simulator_do_no_harm(bare: Gateway) -> None:
    client = make_app(bare).test_client()
    token = csrf_of(client.get("/sign-in"))
    for path in ("text", "dial", "answer", "hang-up", "phone"):
        fields = {"csrf": token, "code": "*404#", "number": "+15550100"}
        assert client.post(f"/handset/{path}", data=fields).status_code == 303, path


# USSD


def test_dialling_shows_the_menu_with_its_length(handset: Handset) -> None:
    page = handset.post("/handset/dial", code="*404#")
    assert screen(page).startswith("Red Cross. Choose a number:\n1 Ask a question")
    assert f"{len(screen(page))} of 160 letters" in page


@pytest.mark.parametrize("code", ["", "404", "*404", "404#", "*#", "*404##", "FLOOD"])
def test_a_code_that_cannot_be_dialled_is_explained(handset: Handset, code: str) -> None:
    page = handset.post("/handset/dial", 400, code=code)
    assert "A USSD code has digits and stars" in page
    assert handset.one("SELECT count(*) FROM session") == 0


@pytest.mark.parametrize("way", ["last", "path"])
def test_feedback_with_stars_comes_in_whole_by_either_protocol(handset: Handset, way: str) -> None:
    handset.post("/handset/phone", number="+15550100", way=way)
    handset.dial()
    assert handset.answer("1").startswith("Write your question.")
    assert handset.answer("Is it *safe* 1*2?").startswith("Send your message?")
    last = handset.answer("1")
    assert handset.one("SELECT text FROM feedback") == "Is it *safe* 1*2?"
    assert handset.one("SELECT reference FROM feedback") in last
    page = handset.page("/handset/ussd")
    assert "The session is over" in page
    assert "Dial again" in page


@pytest.mark.parametrize("way", ["last", "path"])
def test_a_dropped_session_is_offered_again(handset: Handset, way: str) -> None:
    handset.post("/handset/phone", number="+15550100", way=way)
    handset.dial()
    handset.answer("1")
    handset.answer("The well is dry")
    assert "You hung up" in handset.post("/handset/hang-up")
    assert handset.one("SELECT ended_at FROM session") is None
    offer = handset.dial()
    assert "1 Continue" in offer
    assert handset.answer("1").startswith("Send your message?")
    handset.answer("1")
    assert handset.one("SELECT text FROM feedback") == "The well is dry"


def test_a_key_answers_at_once(handset: Handset) -> None:
    handset.dial()
    assert "Flood" in screen(handset.post("/handset/answer", key="5", words=""))


def test_inputs_dialled_at_once_reach_a_gateway_that_hears_paths(handset: Handset) -> None:
    handset.post("/handset/phone", number="+15550100", way="path")
    assert "Flood" in handset.dial("*404*5#")


def test_the_last_screens_are_listed_newest_first(handset: Handset) -> None:
    handset.dial()
    handset.answer("1")
    page = handset.page("/handset/ussd")
    items = [one.text for one in Page(page).all("li") if "Typed:" in one.text]
    assert "Write your question." in items[0]
    assert "*404#" in items[1]


def test_an_answer_without_a_call_does_nothing(handset: Handset) -> None:
    handset.post("/handset/answer", words="1")
    assert handset.one("SELECT count(*) FROM session") == 0


@pytest.mark.parametrize("way", ["last", "path"])
def test_the_longest_calls_fit_into_a_cookie(handset: Handset, way: str) -> None:
    handset.post("/handset/phone", number="+15550100", way=way)
    handset.dial()
    for turn in range(12):
        handset.post("/handset/answer", words=f"{turn}" + "बाढीले पुल बगायो, बाटो बन्द छ। " * 9)
        cookie = handset.client.get_cookie("told")
        assert cookie is not None
        assert len(cookie.value) < 3900


# Who may use it

FROM_HERE = [
    ("127.0.0.1", "localhost", {}, True),
    ("127.0.0.1", "127.0.0.1:8080", {}, True),
    ("::1", "[::1]:8080", {}, True),
    ("192.0.2.7", "localhost", {}, False),
    ("127.0.0.1", "gateway.example", {}, False),
    ("127.0.0.1", "localhost", {"X-Forwarded-For": "192.0.2.7"}, False),
    ("127.0.0.1", "localhost", {"Forwarded": "for=192.0.2.7"}, False),
]


@pytest.mark.parametrize("place, host, headers, may", FROM_HERE)
def test_without_sign_in_it_is_for_this_machine_only(
    at_hand: Gateway, place: str, host: str, headers: dict[str, str], may: bool
) -> None:
    client = make_app(at_hand).test_client()
    for path in ("/handset", "/handset/ussd", "/handset/watch.js"):
        found = client.get(
            path, headers={**headers, "Host": host}, environ_base={"REMOTE_ADDR": place}
        )
        assert found.status_code == (200 if may else 302), path
        assert may or found.location.startswith("/sign-in")


def test_from_elsewhere_any_staff_may_use_it_once_signed_in(sit: Sit) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    for role in ("field_staff", "auditor"):
        assert sit(role).get("/handset", environ_base=elsewhere).status_code == 200


@pytest.mark.parametrize("path", ["phone", "text", "dial", "answer", "hang-up"])
def test_a_form_that_is_not_ours_is_refused(handset: Handset, path: str) -> None:
    fields = {"text": "FLOOD", "code": "*404#", "csrf": "a.b"}
    assert handset.client.post(f"/handset/{path}", data=fields).status_code == 400
    assert handset.one("SELECT count(*) FROM inbound") == 0
