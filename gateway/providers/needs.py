"""Settings that several providers need, word for word the same."""

from gateway.providers import N_, Need

COUNTRY = Need(
    "country", N_("Two letters, for numbers without a country."), default="", pattern=r"(\w\w)?"
)
TIMEOUT = Need(
    "timeout",
    "How many seconds to wait for their answer.",
    default="15",
    pattern=r"\d+(\.\d+)?",
    hidden=True,
)
STATUS_CALLBACK = Need(
    "status_callback", "Where receipts go; filled in for you.", default="", hidden=True
)
HOOK_KEY = Need(
    "hook_key",
    N_(
        "A word of your own, of 16 to 128 letters, digits, - or _; calls must carry it as ?key=… "
        "(they sign nothing)."
    ),
    secret=True,
    default="",
    pattern=r"([A-Za-z0-9_-]{16,128})?",
)
NUMBER_OR_NAME = Need(
    "sender",
    N_("Number, short code or name to send from; empty: the channel's address."),
    default="",
    pattern=r"(\+?[0-9]{3,15}|[\w .&-]{3,11})?",
)
CODE_OR_NAME = Need(
    "sender",
    N_("Short code or name to send from; empty: the channel's address."),
    default="",
    pattern=r"(\+?[A-Za-z0-9 ._-]{1,15})?",
)
REPORT = Need(
    "report",
    N_("Whether to ask for reports of delivery; some networks charge for them."),
    default="yes",
    pattern="yes|no",
)
TIMEZONE = Need(
    "timezone",
    N_("The clock of smsd and its network, as +02:00; empty: its times are left out."),
    default="",
    pattern=r"([+-][01]\d:[0-5]\d)?",
)
