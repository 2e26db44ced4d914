"""People for tests of the pages: a user of each role, and a browser they sit at."""

import re
import sqlite3
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.app import make_app
from gateway.context import Gateway
from gateway.store import users

PASSWORD = "a long enough password"
NAMES = {
    "administrator": "ada",
    "operator": "sita",
    "approver": "ram",
    "field_staff": "bikash",
    "auditor": "noor",
}
_kept: dict[str, str] = {}


def add_people(gw: Gateway) -> None:
    """Add one user of each role; they share one password, hashed once."""
    kept = _kept.setdefault(PASSWORD, users.hashed(PASSWORD, ""))

    def add(db: sqlite3.Connection) -> None:
        for role, name in NAMES.items():
            users.set_password(db, users.add_user(db, name, role, None, 0)[0], kept)

    gw.store.write(add)


class Browser:
    """A browser without JavaScript: it keeps cookies and fills forms in."""

    def __init__(self, gw: Gateway, client: FlaskClient | None = None) -> None:
        self.gw = gw
        self.client = client or make_app(gw).test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, fields: dict[str, str], page: str = "/sign-in") -> TestResponse:
        """Send a form as the page that holds it would, token and all."""
        token = csrf_of(self.get(page))
        return self.client.post(path, data={"csrf": token, **fields})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", {"name": name, "password": password})

    def cookie(self, name: str) -> str:
        cookie = self.client.get_cookie(name)
        return cookie.value if cookie else ""


def csrf_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)
