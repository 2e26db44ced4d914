"""The signed token (JWT) that httpSMS shows with each call."""

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from gateway.providers import Forged


def claims(token: str, key: bytes) -> dict[str, Any]:
    """Return what a token says; raise Forged unless it is signed with HS256 and our key."""
    signed, _, mark = token.rpartition(".")
    head, _, body = signed.partition(".")
    ours = hmac.digest(key, signed.encode("utf-8", "replace"), "sha256")
    if not hmac.compare_digest(_opened(mark), ours) or _told(head).get("alg") != "HS256":
        raise Forged("bad_signature")
    return _told(body)


def _opened(word: str) -> bytes:
    """Return the bytes of a base64url word without its padding; none if it is no such word."""
    try:
        return urlsafe_b64decode(word.encode("ascii") + b"=" * (-len(word) % 4))
    except ValueError:
        return b""


def _told(word: str) -> dict[str, Any]:
    try:
        found = json.loads(_opened(word))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def moment(told: Mapping[str, Any], name: str) -> float:
    """Return a claim's time in seconds since 1970; raise Forged if it has none."""
    found = told.get(name)
    if not isinstance(found, int | float):
        raise Forged("stale_signature")
    return float(found)
