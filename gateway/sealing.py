"""One secret, kept beside the store in a key file, and what is made from it.

It seals the settings of channels, hides phone numbers behind a keyed hash, and signs
cookies and links. Lose it and sealed settings must be typed in again.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from gateway.files import write_whole


def make_key(file: Path) -> None:
    """Write a new key file, readable by its owner only; an existing one stays."""
    if not file.exists():
        write_whole(file, f"{secrets.token_urlsafe(32)}\n".encode(), mode=0o600)


def derive(secret: str, purpose: str) -> bytes:
    """Return the 32-byte key for one purpose, so that no two uses share a key."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


class Sealer:
    """Seals mappings so that only the holder of the key file reads them."""

    def __init__(self, key: bytes) -> None:
        from base64 import urlsafe_b64encode

        from cryptography.fernet import Fernet

        self._fernet = Fernet(urlsafe_b64encode(key))

    def seal(self, settings: Mapping[str, str]) -> str:
        return self._fernet.encrypt(json.dumps(dict(settings)).encode()).decode()

    def open(self, sealed: str) -> dict[str, str]:
        """Return what was sealed; ValueError if the key is another one."""
        from cryptography.fernet import InvalidToken

        try:
            plain = self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            raise ValueError("sealed with another key: is this the right key file?") from None
        opened: dict[str, str] = json.loads(plain)
        return opened


class NumberKey:
    """Turns an address into a keyed hash: it proves an opt-out and tells nobody the number."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, value: str) -> str:
        return hmac.digest(self._key, value.encode(), hashlib.sha256).hex()[:32]
