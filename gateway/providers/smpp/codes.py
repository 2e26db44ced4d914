"""What SMPP's numbers and words mean. SMPP Protocol Specification 3.4, issue 1.2."""

from gateway.domain.messages import Outcome, Status

# stat: of a receipt's text, and message_state (7 octet values from 1) of its optional field.
STATES = {
    "ENROUTE": Status.SENT,
    "DELIVRD": Status.DELIVERED,
    "EXPIRED": Status.EXPIRED,
    "DELETED": Status.CANCELLED,
    "UNDELIV": Status.FAILED,
    "ACCEPTD": Status.SENT,
    "UNKNOWN": Status.UNKNOWN,
    "REJECTD": Status.REJECTED,
    "FAILED": Status.FAILED,
    "BUFFRED": Status.SENT,
}
NUMBERS = dict(enumerate(list(STATES.values())[:8], start=1))

OK = 0x00
BAD_LENGTH = 0x01
BAD_COMMAND = 0x03
BAD_STATE = 0x04
ALREADY_BOUND = 0x05
SYSTEM_ERROR = 0x08
BAD_SOURCE = 0x0A
BIND_FAILED = 0x0D
QUEUE_FULL = 0x14
THROTTLED = 0x58
NOT_NOW = 0x64

# Why a bind is refused, in words; the same words stand on the channel's page.
REFUSED = {
    BAD_STATE: "they say the link is in the wrong state",
    ALREADY_BOUND: "they say we are bound already",
    BIND_FAILED: "they refuse the bind",
    0x0E: "they say the password is wrong",
    0x0F: "they do not know the system_id",
    0x53: "they refuse the system_type",
}
# Why their certificate is not believed: X509_V_ERR_… of OpenSSL.
DOUBTED = {
    9: "their certificate is not valid yet: is the clock right?",
    10: "their certificate has expired: is the clock right?",
    **dict.fromkeys((18, 19, 20, 21), "nobody we know vouches for their certificate"),
    **dict.fromkeys((62, 64), "their certificate is for another name"),
}
# Asked again and again with a wrong password, they would shut us out.
SIGN_IN = frozenset({0x0E, 0x0F, 0x53})

OUTCOMES = {
    OK: Outcome.ACCEPTED,
    QUEUE_FULL: Outcome.THROTTLED,
    THROTTLED: Outcome.THROTTLED,
    BAD_STATE: Outcome.TRANSIENT,
    ALREADY_BOUND: Outcome.TRANSIENT,
    SYSTEM_ERROR: Outcome.TRANSIENT,
    BIND_FAILED: Outcome.TRANSIENT,
    NOT_NOW: Outcome.TRANSIENT,
    0xFE: Outcome.TRANSIENT,
    0x0E: Outcome.ACCOUNT,
    0x0F: Outcome.ACCOUNT,
    0x15: Outcome.ACCOUNT,  # service_type
    0x48: Outcome.ACCOUNT,  # our own address' type of number
    0x49: Outcome.ACCOUNT,  # and its plan
    0x53: Outcome.ACCOUNT,
}


# Used loosely, for what may pass a moment later: asked once more, then believed.
ONCE = frozenset({0x45, 0xFF})

# About our sender and nothing else: another channel has another one.
ELSEWHERE = frozenset({BAD_SOURCE})


def outcome(status: int) -> Outcome:
    """Return what a command_status means for sending; one we do not know is a refusal.

    >>> [outcome(status).value for status in (0, 0x58, 0x64, 0x0B, 0x4FF)]
    ['accepted', 'throttled', 'transient', 'rejected', 'rejected']
    """
    return OUTCOMES.get(status, Outcome.REJECTED)


def code(status: int) -> str:
    """Return a command_status as it is written down.

    >>> code(0x58)
    '0x00000058'
    """
    return f"0x{status:08x}"


def refusal(status: int) -> str:
    """Return in words why a bind was refused.

    >>> refusal(0x0E), refusal(0x99)
    ('they say the password is wrong (0x0000000e)', 'they refuse the bind (0x00000099)')
    """
    return f"{REFUSED.get(status, REFUSED[BIND_FAILED])} ({code(status)})"


def broken(error: BaseException) -> str:
    """Return in words why there is no connection; of certificates OpenSSL says more.

    >>> broken(ConnectionRefusedError("10.0.0.1"))
    'ConnectionRefusedError'
    """
    name, doubt = type(error).__name__, DOUBTED.get(getattr(error, "verify_code", 0))
    return f"{doubt} ({name})" if doubt else name
