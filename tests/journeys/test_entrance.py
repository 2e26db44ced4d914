"""What is answered in the server's loop and what Flask answers in a thread: nobody can tell."""

import json
import re
import socket
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from gateway.web.entrance import LARGEST as SHORTEST_LONG_BODY
from gateway.web.wire import LARGEST
from tests.journeys.conftest import Make
from tests.journeys.process import PASSWORD, GatewayProcess

PATH = "/api/v1/messages"
HOOK = "/hooks/simulator/message"
HOOK_KEY = "open0sesame0open0sesame"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PADDING = b" " * SHORTEST_LONG_BODY  # harmless in JSON, and at the end of a form


class Heard(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def gateway(make: Make) -> GatewayProcess:
    gateway = make(SIMULATOR="on")
    gateway.command("channel", "add", "simulator", "--provider", "simulator", "--address", "4040")
    gateway.token = gateway.add_token("crm", "operator")
    gateway.start()
    return gateway


def ask(
    gateway: GatewayProcess,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Heard:
    line = HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    try:
        line.request(method, path, body, dict(headers or {}))
        reply = line.getresponse()
        return Heard(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        line.close()


def signed_in(gateway: GatewayProcess) -> dict[str, str]:
    return JSON | {"Authorization": f"Bearer {gateway.token}"}


def message(to: str = "+15550123", **more: object) -> bytes:
    return json.dumps({"to": to, "text": "Water at the school.", **more}).encode()


CALLS = {
    "a message": (message(), {}, 202),
    "nobody's token": (message(), {"Authorization": "Bearer nonsense"}, 401),
    "no token": (message(), {"Authorization": ""}, 401),
    "no JSON": (b"{", {}, 400),
    "no recipient": (b'{"text": "x"}', {}, 422),
    "a field nobody knows": (message(txt="x"), {}, 422),
    "a text nobody can send": (message(text="\x01"), {}, 422),
    "a form": (b"to=%2B15550123&text=x", FORM, 415),
    "a topic there is none of": (b'{"to": "+15550123", "topic": "none"}', {}, 422),
}


@pytest.mark.parametrize("name", CALLS)
def test_both_ways_answer_a_program_alike(gateway: GatewayProcess, name: str) -> None:
    body, more, status = CALLS[name]
    headers = signed_in(gateway) | more
    short = ask(gateway, "POST", PATH, body, headers)
    long = ask(gateway, "POST", PATH, body + PADDING, headers)
    assert (short.status, long.status) == (status, status)
    assert untold(short) == untold(long)
    assert shape(short) == shape(long)


def untold(heard: Heard) -> dict[str, str]:
    """Return the headers but for those that tell of one answer, or of how it was packed."""
    return {k: v for k, v in heard.headers.items() if k not in ("date", "content-length", "vary")}


def shape(heard: Heard) -> Any:
    told = heard.json
    for line in told.get("messages", []):
        assert line.pop("id").startswith("out-")
    return told


def test_a_key_gets_the_same_answer_by_either_way(gateway: GatewayProcess) -> None:
    body = message(key="once")
    first = ask(gateway, "POST", PATH, body, signed_in(gateway))
    again = ask(gateway, "POST", PATH, body, signed_in(gateway))
    longer = ask(gateway, "POST", PATH, body + PADDING, signed_in(gateway))
    assert first.status == again.status == longer.status == 202
    assert first.json == again.json == longer.json
    other = ask(gateway, "POST", PATH, message(to="+15550124", key="once"), signed_in(gateway))
    assert (other.status, other.json["error"]["code"]) == (409, "key_used")


@pytest.mark.parametrize("padding", [b"", b"&x=" + PADDING])
def test_both_ways_take_a_provider_s_call(gateway: GatewayProcess, padding: bytes) -> None:
    sender = f"155501{10 + bool(padding)}"
    body = f"from=%2B{sender}&text=FLOOD&id=entrance-{sender}".encode() + padding
    heard = ask(gateway, "POST", HOOK, body, FORM)
    assert heard.status == 200, heard.body
    assert heard.headers["x-content-type-options"] == "nosniff"
    kept = f"SELECT count(*) FROM inbound WHERE sender = '+{sender}'"
    assert gateway.value(kept) == 1


def test_all_that_programs_hand_in_at_the_same_time_is_kept(gateway: GatewayProcess) -> None:
    def hand_in(number: int) -> str:
        heard = ask(gateway, "POST", PATH, message(f"+1555{number:07}"), signed_in(gateway))
        assert heard.status == 202
        found: str = heard.json["messages"][0]["id"]
        return found

    with ThreadPoolExecutor(32) as threads:
        ids = set(threads.map(hand_in, range(320)))
    assert len(ids) == 320
    stored = gateway.rows("SELECT id FROM outbox")
    assert ids <= {f"out-{row['id']}" for row in stored}


def test_a_provider_that_is_slow_to_take_a_screen_holds_up_nobody(gateway: GatewayProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as threads:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        pairs = {"type": "junebug", "send_url": url, "hook_key": HOOK_KEY}
        own = [f"--set={name}={value}" for name, value in pairs.items()]
        gateway.command("channel", "add", "june", "--provider=http", "--address=*120*8#", *own)
        step = {"from": "+15550166", "to": "*120*8#", "message_id": "m1", "content": None}
        body = json.dumps(step | {"channel_data": {"session_event": "new"}}).encode()
        path = f"/hooks/june/ussd?key={HOOK_KEY}"
        dialled = threads.submit(ask, gateway, "POST", path, body, JSON)
        line, _ = silent.accept()
        assert ask(gateway, "POST", PATH, message("+15550167"), signed_in(gateway)).status == 202
        assert not dialled.done()
        silent.close()
        line.close()
        assert dialled.result().status == 502


def test_a_body_of_unknown_length_is_read(gateway: GatewayProcess) -> None:
    pieces = [message()[:20], message()[20:]]
    assert ask(gateway, "POST", PATH, pieces, signed_in(gateway)).status == 202
    pieces = [b"from=%2B15550119&id=in-", b"pieces&text=FLOOD"]
    assert ask(gateway, "POST", HOOK, pieces, FORM).status == 200
    assert gateway.value("SELECT text FROM inbound WHERE sender = '+15550119'") == "FLOOD"


def test_a_body_that_is_too_long_is_refused_and_not_kept_in_mind(gateway: GatewayProcess) -> None:
    told = signed_in(gateway) | {"Content-Length": str(LARGEST + 1)}
    assert ask(gateway, "POST", PATH, b"{}", told).status == 413
    pieces = (b" " * 2**20 for _ in range(LARGEST // 2**20 + 1))
    assert ask(gateway, "POST", PATH, pieces, signed_in(gateway)).status == 413


def test_an_answer_of_unknown_length_comes_piece_by_piece(gateway: GatewayProcess) -> None:
    ask(gateway, "POST", PATH, message("+15550177"), signed_in(gateway))
    gateway.add_users(sita="administrator")
    browser = build_opener(HTTPCookieProcessor())
    page = browser.open(f"{gateway.url}/sign-in").read().decode()
    fill(browser, gateway, "/sign-in", page, name="sita", password=PASSWORD)
    page = browser.open(f"{gateway.url}/contacts").read().decode()
    with fill(browser, gateway, "/contacts/export", page) as reply:
        assert reply.headers["transfer-encoding"] == "chunked"
        assert b"+15550177" in reply.read()


def fill(
    browser: OpenerDirector, gateway: GatewayProcess, path: str, page: str, **words: str
) -> Any:
    """Send a form of a page, with the token it carries."""
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token, page
    return browser.open(gateway.url + path, urlencode({"csrf": token[1], **words}).encode())


def test_who_asks_for_the_head_gets_no_body(gateway: GatewayProcess) -> None:
    whole, head = (ask(gateway, method, "/sign-in") for method in ("GET", "HEAD"))
    assert (whole.status, head.status) == (200, 200)
    assert head.body == b""
    assert head.headers.keys() >= {"content-length", "content-security-policy"}


def test_words_in_an_address_are_read_as_they_were_meant(gateway: GatewayProcess) -> None:
    heard = ask(gateway, "GET", "/api/v1/contacts/%E0%A4%A8", headers=signed_in(gateway))
    assert heard.status in (404, 422)
