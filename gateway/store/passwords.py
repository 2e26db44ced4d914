"""Passwords: kept as argon2 hashes, sized for a small machine."""

import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 10
LONGEST = 200

# One at a time: each takes 19 MiB, and thirty-two of them would fill a machine of 512 MB.
_one = threading.Lock()


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _decoy() -> str:
    return hashed("nobody has this password")


def _normal(password: str) -> str:
    """Return one spelling of a password, whichever keyboard wrote it.

    >>> _normal("cafe\\u0301") == _normal("caf\\u00e9")
    True
    """
    return unicodedata.normalize("NFKC", password)


def good(password: str, name: str = "") -> bool:
    """Whether a password may be used: long enough, and not the name.

    >>> good("only-nine"), good("ten-or-more"), good("sita.operator", "Sita.Operator")
    (False, True, False)
    """
    fits_in = SHORTEST <= len(password) <= LONGEST
    return fits_in and password.casefold() != name.casefold()


def hashed(password: str) -> str:
    """Return the hash to keep; takes a tenth of a second, so never call it in the writer."""
    with _one:
        return _hasher().hash(_normal(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; as slow when there is none."""
    from argon2.exceptions import VerificationError

    if len(password) > LONGEST:
        password = ""
    against = kept or _decoy()
    with _one:
        try:
            _hasher().verify(against, _normal(password))
        except VerificationError:
            return False
    return kept is not None
