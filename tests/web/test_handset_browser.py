"""The phone in a real browser, with scripts and without: what a person does on it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from gateway import receive
from gateway.app import make_app
from gateway.context import Gateway
from gateway.domain.messages import Inbound
from gateway.engine import Engine
from tests.surroundings.network import unused_port
from tests.web.handsets import with_content

PATIENCE = 15.0

T = TypeVar("T")


@contextmanager
def served(gw: Gateway) -> Iterator[str]:
    """Serve a gateway with its engine; yield its address."""
    app, port = make_app(gw), unused_port()
    engine = app.extensions["engine"] = Engine(gw)
    engine.start()
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    engine.stop()


@pytest.fixture
def home(bare: Gateway) -> Iterator[str]:
    bare.clock = time.time
    with served(with_content(bare)) as address:
        yield address


class Person:
    """Somebody with the phone in front of them."""

    def __init__(self, chrome: Chrome, home: str) -> None:
        self.chrome, self.home = chrome, home

    def go(self, path: str) -> None:
        self.chrome.get(self.home + path)

    def click(self, css: str) -> None:
        self.find(By.CSS_SELECTOR, css).click()

    def follow(self, words: str) -> None:
        self.find(By.LINK_TEXT, words).click()

    def press(self, words: str) -> None:
        self.find(By.XPATH, f"//button[normalize-space()='{words}']").click()

    def write(self, field: str, words: str) -> None:
        box = self.find(By.NAME, field)
        box.clear()
        box.send_keys(words)

    def find(self, by: str, what: str) -> WebElement:
        """Wait until something is on the page: the one before it may still be there."""
        return self.until(lambda chrome: chrome.find_element(by, what), f"no {what} on the page")

    def sees(self, words: str, place: str = "main") -> None:
        """Wait until the page shows something."""

        def seen(chrome: Chrome) -> bool:
            return words in chrome.find_element(By.CSS_SELECTOR, place).text

        self.until(seen, f"no {words!r} on the page")

    def until(self, look: Callable[[Chrome], T], missing: str) -> T:
        """Wait for something; between two pages a browser may say anything."""
        wait = WebDriverWait(self.chrome, PATIENCE, ignored_exceptions=[WebDriverException])
        return wait.until(look, missing)

    def reads(self, words: str) -> None:
        """Wait until the phone's USSD screen shows something."""
        self.sees(words, "#screen .words")


@pytest.fixture(params=["browser_js", "browser_plain"])
def person(request: pytest.FixtureRequest, home: str) -> Person:
    """Somebody with scripts, then somebody without."""
    return Person(request.getfixturevalue(request.param), home)


def test_a_text_gets_its_answer(person: Person) -> None:
    person.go("/handset")
    person.write("text", "FLOOD")
    person.press("Send")
    person.sees("1/3")
    person.sees("Phone confirmed")


def test_feedback_is_left_hung_up_on_and_gone_on_with(person: Person, bare: Gateway) -> None:
    person.go("/handset")
    person.follow("USSD")
    person.press("Dial")
    person.reads("Red Cross. Choose a number:")
    person.press("1")
    person.reads("Write your question.")
    person.write("words", "Is the water at *Upper Bank* safe?")
    person.press("Send")
    person.reads("Send your message?")
    person.press("Hang up")
    person.sees("You hung up")
    person.press("Dial again")
    person.reads("1 Continue")
    person.press("1")
    person.reads("Send your message?")
    person.press("1")
    person.sees("The session is over")
    texts = bare.store.read.execute("SELECT text FROM feedback").fetchall()
    assert [row["text"] for row in texts] == ["Is the water at *Upper Bank* safe?"]


def test_the_enter_key_answers_with_what_was_typed(person: Person) -> None:
    person.go("/handset/ussd")
    person.press("Dial")
    person.write("words", "5\n")
    person.reads("Flood")


def test_another_number_is_another_phone(person: Person) -> None:
    person.go("/handset")
    person.write("text", "HELP")
    person.press("Send")
    person.sees("HELP")
    person.click("summary")
    person.write("number", "+15550142")
    person.press("Take this phone")
    person.sees("No messages yet.")
    person.sees("+15550142")


def test_whoever_watches_sees_messages_come_by_themselves(person: Person, bare: Gateway) -> None:
    person.go("/handset")
    person.follow("Keep looking for messages")
    person.sees("No messages yet.")
    told(bare)
    person.sees("1/3")


def told(gw: Gateway) -> None:
    """Let another program text for the phone's number."""
    channel = gw.channels.get("simulator")
    assert channel is not None
    receive.take(gw, channel, [Inbound("+15550100", "4040", "FLOOD", "from-elsewhere")])


def test_what_is_being_typed_stays_while_messages_come(
    browser_js: Chrome, home: str, bare: Gateway
) -> None:
    person = Person(browser_js, home)
    browser_js.get_log("browser")  # of pages before
    person.go("/handset?watch=1")
    person.write("text", "half a sen")
    told(bare)
    person.sees("1/3")
    assert browser_js.find_element(By.NAME, "text").get_property("value") == "half a sen"
    assert browser_js.get_log("browser") == []


def test_without_scripts_the_watching_page_has_no_box_to_lose_words_in(
    browser_plain: Chrome, home: str
) -> None:
    person = Person(browser_plain, home)
    person.go("/handset?watch=1")
    assert not browser_plain.find_element(By.NAME, "text").is_displayed()
    person.follow("Write a message")
    assert browser_plain.find_element(By.NAME, "text").is_displayed()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", ["/handset", "/handset/ussd"])
def test_nothing_is_wider_than_the_window(
    browser_js: Chrome, home: str, path: str, width: int
) -> None:
    person = Person(browser_js, home)
    look = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser_js.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", look)
    person.go("/handset")
    person.write("text", "averylongword" * 20)
    person.press("Send")
    person.go(path)
    wide = browser_js.execute_script("return document.documentElement.scrollWidth")
    browser_js.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= width
