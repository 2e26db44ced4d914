"""Programs for tests of the API: a token of each role, and what they send."""

import sqlite3
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.app import make_app
from gateway.context import Gateway
from gateway.store import channels, tokens, users


def add_channel(gw: Gateway, name: str = "sim") -> int:
    sealed = gw.sealer.seal({})
    return gw.store.write(
        lambda db: channels.add(db, name, "simulator", "4040", sealed, gw.clock())
    )


class Program:
    """A program with a token, as it would be in the field."""

    def __init__(self, gw: Gateway, role: str, person: str | None = None) -> None:
        self.name = f"{person or 'program'}-{role}"
        self.token = gw.store.write(lambda db: self._token(db, role, person))
        self.client: FlaskClient = make_app(gw).test_client()

    def _token(self, db: sqlite3.Connection, role: str, person: str | None) -> str:
        row = users.by_name(db, person) if person else None
        return tokens.add_token(db, self.name, role, row["id"] if row else None, 0)

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, told: Any = None) -> TestResponse:
        return self.call("POST", path, json={} if told is None else told)

    def patch(self, path: str, told: Any) -> TestResponse:
        return self.call("PATCH", path, json=told)


def error(answer: TestResponse) -> tuple[int, str, str | None]:
    """Return the status, the code and the field of an error, which has nothing else."""
    whole: Any = answer.json
    assert whole.keys() == {"error"}
    told = whole["error"]
    assert told.keys() == {"code", "message", "field"}
    assert told["message"].endswith((".", "`", "'", ")"))
    return answer.status_code, told["code"], told["field"]
