"""One HTTP call to the gateway, from outside."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

NOBODY = 0  # the status where nobody answered


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; status 0 and no body where the line broke."""

    status: int
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Reply:
    """Call an address; a body makes it a POST unless a method is named."""
    asked = Request(url, body, dict(headers or {}), method=method)
    try:
        with urlopen(asked, timeout=15) as reply:
            return Reply(reply.status, reply.read())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.read())
    except (URLError, HTTPException, OSError):
        return Reply(NOBODY)


def post(url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Reply:
    return call(url, urlencode(form).encode(), headers)
