"""A gateway on a folder of its own, with rows as they come in the field."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.context import Gateway, open_gateway
from gateway.settings import Settings
from gateway.store import create
from tests.web.people import NAMES, Browser, add_people

NOW = 1_795_000_000.0  # a Wednesday in November 2026


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(
        {
            "GATEWAY_DATA": str(tmp_path),
            "GATEWAY_SECRET": secrets.token_urlsafe(16),
            "GATEWAY_PUBLIC_URL": "https://gateway.example",
            "GATEWAY_TIMEZONE": "Asia/Kathmandu",
            "GATEWAY_QUIET_HOURS": "",
        }
    )


ARABIC = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Overview"
msgstr "نظرة عامة"

msgid "Sign in"
msgstr "تسجيل الدخول"
"""


@pytest.fixture
def bare(settings: Settings) -> Iterator[Gateway]:
    """A gateway nobody has used yet."""
    create(settings.store)
    own = settings.data / "locales" / "ar" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "console.po").write_text(ARABIC, encoding="utf-8")
    gw = open_gateway(settings)
    gw.clock = Clock()
    yield gw
    gw.store.close()


@pytest.fixture
def gw(bare: Gateway) -> Gateway:
    """A gateway with staff."""
    add_people(bare)
    return bare


@pytest.fixture
def clock(bare: Gateway) -> Clock:
    assert isinstance(bare.clock, Clock)
    return bare.clock


@pytest.fixture
def browser(gw: Gateway) -> Browser:
    """A browser nobody has signed in with."""
    return Browser(gw)


@pytest.fixture
def sit(gw: Gateway) -> Callable[[str], Browser]:
    """Return a browser somebody of a role has signed in with."""
    app = Browser(gw).client.application

    def at(role: str) -> Browser:
        seat = Browser(gw, app.test_client())
        assert seat.sign_in(NAMES[role]).status_code == 303
        return seat

    return at
