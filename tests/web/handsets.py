"""The handset as tests use it: by its pages, and what stands on them."""

import sqlite3
from typing import Any

from flask.testing import FlaskClient

from gateway import setup
from gateway.app import make_app
from gateway.context import Gateway, read_pack
from gateway.store import channels
from tests.web.people import csrf_of
from tests.web.reading import Page

ENGLISH = {"Accept-Language": "en"}


class Handset:
    """A phone used by somebody who sits at this machine."""

    def __init__(self, gw: Gateway, client: FlaskClient | None = None) -> None:
        self.gw = gw
        self.client = client or make_app(gw).test_client()

    def page(self, path: str = "/handset", **more: Any) -> str:
        answer = self.client.get(path, headers=ENGLISH, **more)
        assert answer.status_code == 200, answer.status
        return answer.text

    def post(self, path: str, status: int = 200, **fields: str) -> str:
        token = csrf_of(self.client.get("/handset"))
        found = self.client.post(
            path, data={"csrf": token, **fields}, headers=ENGLISH, follow_redirects=True
        )
        assert found.status_code == status, found.status
        return found.text

    def text(self, words: str, id: str = "") -> str:
        return self.post("/handset/text", text=words, id=id)

    def dial(self, code: str = "*404#") -> str:
        return screen(self.post("/handset/dial", code=code))

    def answer(self, words: str) -> str:
        return screen(self.post("/handset/answer", words=words))

    def rows(self, sql: str) -> list[sqlite3.Row]:
        return self.gw.store.read.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]


def screen(page: str) -> str:
    """The words on the phone's USSD screen."""
    for one in Page(page).all("p"):
        on_screen = any(up.attrs.get("id") == "screen" for up in one.around())
        if on_screen and one.attrs.get("class") == "words":
            return one.text
    return ""


def bubbles(page: str) -> list[str]:
    """The messages of the thread, each with what is written below it, spaces made single."""
    items = [one for one in Page(page).all("li") if one.attrs.get("class") in ("in", "out")]
    return [" ".join(one.text.split()) for one in items]


def with_content(gw: Gateway) -> Gateway:
    """Give a gateway the content it ships and one simulator channel."""
    setup.load_default(gw)
    gw.pack = read_pack(gw.settings.data / "messages")
    add_channel(gw, "simulator", {})
    return gw


def add_channel(gw: Gateway, name: str, settings: dict[str, str], address: str = "4040") -> None:
    sealed = gw.sealer.seal(settings)
    gw.store.write(lambda db: channels.add(db, name, "simulator", address, sealed, 0.0, rate=100.0))
