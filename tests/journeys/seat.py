"""Somebody of the staff at a browser."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.journeys.calls import call
from tests.journeys.process import PASSWORD, GatewayProcess
from tests.journeys.waiting import until

SLOW = 20_000 / 8  # bytes a second
LATENCY = 600  # milliseconds


class Seat:
    """One browser at one gateway; whoever signs in leaves it to the next by signing out."""

    def __init__(self, chrome: Chrome, gateway: GatewayProcess) -> None:
        self.chrome, self.gateway = chrome, gateway

    def go(self, path: str) -> None:
        self.chrome.get(self.gateway.url + path)

    def sign_in(self, name: str) -> None:
        """Sign in from nothing: whoever sat here before is forgotten."""
        self.chrome.delete_all_cookies()
        self.go("/sign-in")
        self.write("name", name)
        self.write("password", PASSWORD)
        self.press("Sign in")
        assert name in self.text

    @property
    def text(self) -> str:
        for _ in range(3):
            try:
                return self.chrome.find_element(By.TAG_NAME, "body").text
            except WebDriverException as error:
                if not _moved(error):
                    raise
        return self.chrome.find_element(By.TAG_NAME, "body").text

    @property
    def path(self) -> str:
        return self.chrome.current_url.removeprefix(self.gateway.url)

    def write(self, field: str, words: str) -> None:
        box = self._one(f"//*[@name='{field}' and not(@type='hidden')]")
        box.clear()
        box.send_keys(words)

    def choose(self, field: str, value: str) -> None:
        """Choose from a list by the value that is sent."""
        self._one(f"//select[@name='{field}']/option[@value='{value}']").click()

    def tick(self, field: str, value: str) -> None:
        self._one(f"//input[@name='{field}' and @value='{value}']").click()

    def unfold(self, summary: str) -> None:
        self._one(f"//summary[normalize-space()='{summary}']").click()

    def press(self, words: str) -> None:
        """Press a button and wait for the page that follows."""
        self._leave(f"//button[normalize-space()='{words}']")

    def follow(self, words: str) -> None:
        self._leave(f"//a[normalize-space()='{words}']")

    def sees(self, words: str, again: bool = False) -> None:
        """Wait until the page shows some words; it is loaded anew where it does not by itself."""

        def there() -> bool:
            if again and words not in self.text:
                self.chrome.refresh()
            return words in self.text

        until(there, f"{words!r} on {self.path}", 20, lambda: self.text)

    def offers(self, words: str) -> bool:
        """Whether there is a button of that name."""
        return bool(self.chrome.find_elements(By.XPATH, f"//button[normalize-space()='{words}']"))

    def _one(self, xpath: str) -> WebElement:
        try:
            return self.chrome.find_element(By.XPATH, xpath)
        except NoSuchElementException:
            raise AssertionError(f"no {xpath} on {self.path}:\n{self.text}") from None

    def _leave(self, xpath: str) -> None:
        """Click; a page that loads itself anew at that moment is looked at once more."""
        for last in (False, False, True):
            element = self._one(xpath)
            try:
                element.click()
                break
            except WebDriverException as error:
                if last or not _moved(error):
                    raise
        until(lambda: _stale(element), "another page", 30)

    @contextmanager
    def slow_line(self) -> Iterator[None]:
        """Sit at the end of a line of 20 kbit/s while the block runs."""
        line = {"offline": False, "latency": LATENCY}
        speed = {"downloadThroughput": SLOW, "uploadThroughput": SLOW}
        self.chrome.execute_cdp_cmd("Network.enable", {})
        self.chrome.execute_cdp_cmd("Network.emulateNetworkConditions", line | speed)
        yield
        back = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.chrome.execute_cdp_cmd("Network.emulateNetworkConditions", back)

    def weight(self) -> int:
        """Return how many bytes this page and its style are for somebody who comes first."""
        style = self.chrome.find_element(By.CSS_SELECTOR, "link[rel=stylesheet]")
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in self.chrome.get_cookies())
        asked = {"Accept-Encoding": "gzip", "Cookie": cookies}
        page = call(self.chrome.current_url, headers=asked)
        assert gzip.decompress(page.body).startswith(b"<!doctype html>")
        return len(page.body) + len(call(str(style.get_attribute("href")), headers=asked).body)


def _stale(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException as error:
        if _moved(error):
            return True
        raise
    return False


def _moved(error: WebDriverException) -> bool:
    """Whether the page was loaded anew under our hands."""
    gone = isinstance(error, StaleElementReferenceException)
    return gone or "does not belong to the document" in str(error)
