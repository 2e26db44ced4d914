"""How Vonage signs a call: all its fields, in order of their names, and a secret."""

import hashlib
import hmac
from collections.abc import Mapping

from gateway.providers import Forged

METHODS = "md5hash|md5|sha1|sha256|sha512"
OLDEST = 300  # seconds


def sign(found: Mapping[str, str], secret: str, method: str) -> str:
    """Return the signature of a call's fields in hexadecimal; `sig` itself is not signed.

    >>> sign({"to": "a&b=c", "sig": "old"}, "secret", "md5hash")
    'ffc534f7fad14af0842e5de079231216'
    """
    fields = sorted((name, value) for name, value in found.items() if name != "sig")
    signed = "".join(f"&{name}={_plain(value)}" for name, value in fields)
    if method == "md5hash":
        return hashlib.md5((signed + secret).encode("utf-8", "replace")).hexdigest()
    return hmac.digest(secret.encode(), signed.encode("utf-8", "replace"), method).hex()


def _plain(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


def check(found: Mapping[str, str], secret: str, method: str, now: float) -> None:
    """Raise Forged unless the fields are signed with the secret, and not long ago."""
    theirs = found.get("sig", "").lower().encode("utf-8", "replace")
    if not hmac.compare_digest(theirs, sign(found, secret, method).encode()):
        raise Forged("bad_signature")
    at = found.get("timestamp", "")
    known = at.isascii() and at.isdigit() and len(at) < 16
    if not known or abs(now - int(at)) > OLDEST:
        raise Forged("stale_signature")
