"""Twilio's signature under a call, as their own library makes it."""

from collections.abc import Mapping
from hashlib import sha256

from twilio.request_validator import RequestValidator

from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    """Return the header that proves a form came from Twilio to this public address."""
    made = RequestValidator(token).compute_signature(url, dict(form))
    return {"X-Twilio-Signature": made}


def with_digest(url: str, body: bytes) -> tuple[str, dict[str, str]]:
    """Return the address and header of a call whose body is no form: its digest is signed."""
    address = f"{url}?bodySHA256={sha256(body).hexdigest()}"
    return address, signed(address, {})


def message(sid: str, text: str, sender: str, **more: str) -> dict[str, str]:
    """Return the form of a message that a person sent."""
    form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": sender, "To": NUMBER, "Body": text}
    return form | more
