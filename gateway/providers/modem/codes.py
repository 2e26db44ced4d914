"""What a modem, its SIM and its network say when a message does not go, and whether to try again.

Codes of 3GPP TS 27.005 3.2.5 (CMS) and 27.007 9.2 (CME), and the error names of libgammu.
"""

from collections.abc import Callable, Iterable
from functools import partial

from gateway.providers import Account, Busy, Elsewhere, MaybeSent, Rejected, SendError, Unreachable

MINUTES = 600.0  # seconds until what is worth one more try is tried
LATER = 3600.0  # seconds until a phone that is off may be on again
SLOWER = 30.0  # seconds until a network that is full is asked again

_LATER = partial(Unreachable, wait=LATER)
_ONCE = partial(Unreachable, wait=MINUTES)
_SLOWER = partial(Busy, wait=SLOWER)

# Those of the device itself: it must be opened anew.
DEVICE = frozenset(
    f"ERR_{name}"
    for name in (
        "DEVICEOPENERROR DEVICELOCKED DEVICENOTEXIST DEVICEBUSY DEVICENOPERMISSION"
        " DEVICENODRIVER DEVICENOTWORK DEVICEDTRRTSERROR DEVICECHANGESPEEDERROR DEVICEWRITEERROR"
        " DEVICEREADERROR DEVICEPARITYERROR NOTCONNECTED"
    ).split()
)
# Those after which it may be the modem that is stuck: the third in a row opens it anew.
STUCK = frozenset({"ERR_TIMEOUT", "ERR_UNKNOWN", "ERR_BUG", "ERR_UNKNOWNRESPONSE", "cms_300"})
FULL = frozenset({"ERR_FULL", "cms_320", "cms_321", "cms_322"})  # its memory must be cleared
_PERSON = ("ERR_SECURITYERROR", "ERR_NOSIM", "ERR_EMPTYSMSC")
_NEVER = ("ERR_NOTSUPPORTED", "ERR_INVALIDDATA")
_AGAIN = ("ERR_TIMEOUT", "ERR_BUSY", "ERR_NETWORK_ERROR", "ERR_UNKNOWN", "ERR_CANCELED")


def _each(kind: str, numbers: Iterable[int]) -> list[str]:
    return [f"{kind}_{number}" for number in numbers]


_MEANS: dict[str, Callable[[str], SendError]] = {
    **dict.fromkeys(_PERSON, Account),
    **dict.fromkeys(_NEVER, Rejected),
    **dict.fromkeys((*_AGAIN, *DEVICE, *FULL), Unreachable),
    # Nobody has this number, or the message is none.
    **dict.fromkeys(_each("cms", (1, 28, 30, 81, 95, 96, 97, 98, 99, 111)), Rejected),
    **dict.fromkeys(_each("cms", (302, 303, 304, 305)), Rejected),
    # What this SIM may not do, another may.
    **dict.fromkeys(_each("cms", (8, 10, 29, 50, 69)), Elsewhere),
    **dict.fromkeys(_each("cms", (21, 127)), _ONCE),
    **dict.fromkeys(_each("cms", (27,)), _LATER),
    **dict.fromkeys(_each("cms", (42, 47)), _SLOWER),
    **dict.fromkeys(_each("cms", (38, 41, 300, 301, 314, 331, 332)), Unreachable),
    **dict.fromkeys(_each("cms", (500, 512, 513, 514)), Unreachable),
    **dict.fromkeys(_each("cms", (310, 311, 312, 313, 315, 316, 317, 318, 330)), Account),
    **dict.fromkeys(_each("cme", (10, 11, 12, 13, 15, 16, 17, 18)), Account),
    **dict.fromkeys(_each("cme", (14, 30, 31)), Unreachable),
}


def refusal(name: str, code: str | None = None) -> SendError:
    """Return what a refusal means: libgammu's name for it, and the modem's own code if it is known.

    A code that is not in the table leaves the name to say it; a name that is not, nobody knows.

    >>> [type(refusal("ERR_UNKNOWN", code)).__name__ for code in ("cms_28", "cms_38", "cms_999")]
    ['Rejected', 'Unreachable', 'Unreachable']
    >>> type(refusal("ERR_CORRUPTED")).__name__
    'MaybeSent'
    """
    if code is not None and code in _MEANS:
        return _MEANS[code](code)
    return _MEANS.get(name, MaybeSent)(code or name)
