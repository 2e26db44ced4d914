"""The ground the other tests stand on holds."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = b"""<!doctype html><title>Page</title><p id=word>plain</p>
<script>document.getElementById("word").textContent = "scripted"</script>"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", "seen=yes")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *ignored: object) -> None:
        """Stay quiet."""


@pytest.fixture
def page() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def word(driver) -> str:
    return driver.find_element("id", "word").text


def test_scripts_run_in_one_browser(browser_js, page):
    browser_js.get(page)
    assert word(browser_js) == "scripted"


def test_scripts_do_not_run_in_the_other(browser_plain, page):
    browser_plain.get(page)
    assert word(browser_plain) == "plain"


def test_a_browser_comes_without_a_past(browser, page):
    assert browser.get_cookies() == []
    browser.get(page)
    assert [cookie["name"] for cookie in browser.get_cookies()] == ["seen"]


def test_redis_answers_and_forgets_when_stopped(own_redis):
    import redis

    with redis.Redis.from_url(own_redis.url) as client:
        client.set("word", "hello")
        own_redis.stop()
        own_redis.start()
        assert client.get("word") is None


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "gateway.example"])
def test_nothing_leaves_the_machine(host, attempts):
    with pytest.raises(AssertionError, match="reached for"):
        socket.create_connection((host, 80), timeout=1)
    assert attempts == [host]
    attempts.clear()


def test_this_machine_may_be_reached(page):
    address = page.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=5) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"


SKIPPING = "def test_modem(not_run): not_run('Modem', 'none is plugged in')"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_part_that_cannot_run_is_named_and_fails_only_in_ci(ci, code, tmp_path):
    (tmp_path / "test_it.py").write_text(SKIPPING)
    command = [sys.executable, "-m", "pytest", "-p", "tests.surroundings.reports"]
    answer = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, tmp_path],
        env=os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "- Modem: none is plugged in (1 not run)" in answer.stdout
    assert answer.returncode == code
