"""What an SMPP channel can be told: where to bind, as whom, and how its network speaks."""

from gateway.providers import N_, Need
from gateway.providers.needs import COUNTRY
from gateway.providers.smpp import orders

YES_NO = "yes|no"
WORD = "([!-~]{1,%d})?"
PORT = r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]"
OCTET = r"(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])?"
SECONDS = r"\d+(\.\d+)?"


def _hidden(name: str, meaning: str, default: str, pattern: str) -> Need:
    return Need(name, meaning, default=default, pattern=pattern, hidden=True)


NEEDS = (
    Need(
        "host", N_("The name or number of their SMPP server, without a port."), pattern=r"[^\s/@:]+"
    ),
    Need("port", N_("Their port; 3550 is usual with TLS."), default="2775", pattern=PORT),
    Need("system_id", N_("The name to bind with."), pattern="[!-~]{1,15}"),
    Need("password", N_("Its password."), secret=True, pattern="[ -~]{1,64}"),
    Need("system_type", N_("Often empty."), default="", pattern=WORD % 12),
    Need(
        "tls",
        N_("yes: encrypted and their name proven; unproven: encrypted only; no: plain."),
        default="no",
        pattern="yes|unproven|no",
    ),
    Need(
        "bind",
        N_("transceiver; or pair, for one line to send and one to hear; or transmitter only."),
        default="transceiver",
        pattern="transceiver|pair|transmitter",
    ),
    Need("binds", N_("How many such lines at once."), default="1", pattern="[1-9]|1[0-6]"),
    Need(
        "window",
        N_("How many messages may wait for an answer on a line."),
        default="10",
        pattern=r"[1-9]\d{0,2}",
    ),
    Need(
        "sender",
        N_("Short code or name to send from; empty: the channel's address."),
        default="",
        pattern=r"(\+?[A-Za-z0-9 ._-]{1,20})?",
    ),
    Need(
        "data_coding_0",
        N_("What their coding 0 is: gsm7-unpacked, gsm7-packed or latin1."),
        default="gsm7-unpacked",
        pattern="gsm7-unpacked|gsm7-packed|latin1",
    ),
    Need(
        "long_message",
        N_("Longer texts as udh8, udh16, sar or payload: ask them."),
        default="udh8",
        pattern="udh8|udh16|sar|payload",
    ),
    Need(
        "msg_id_type",
        N_("Ids in answers and receipts: string (the same), resp_hex_dlr_dec, resp_dec_dlr_hex…"),
        default="string",
        pattern="string|resp_hex_dlr_dec|resp_dec_dlr_hex|hex|dec",
    ),
    Need(
        "receipt_by_text",
        N_("yes only if their receipts are marked by nothing: a person could fake one."),
        default="no",
        pattern=YES_NO,
    ),
    Need(
        "ussd_preset",
        N_("How they tell USSD sessions: generic, tata, mica, 6d or comverse."),
        default="generic",
        pattern="generic|tata|mica|6d|comverse",
    ),
    COUNTRY,
    _hidden("source_ton", "Type of number of the sender; empty: guessed.", "", "[0-6]?"),
    _hidden("source_npi", "Numbering plan of the sender; empty: guessed.", "", r"\d{0,2}"),
    _hidden("service_type", "service_type of what we send.", "", WORD % 5),
    _hidden("address_ton", "Type of number of what we want to hear.", "0", "[0-6]"),
    _hidden("address_npi", "Numbering plan of what we want to hear.", "0", r"\d{1,2}"),
    _hidden("address_range", "What we want to hear, as they write it.", "", WORD % 40),
    _hidden("latin1_as_3", "yes: seven-bit texts go as Latin-1, declared as 3.", "no", YES_NO),
    _hidden(
        "national_language",
        "A language whose seven-bit letters this network and its phones surely know, as hindi.",
        "",
        f"({'|'.join(orders.LANGUAGES)})?",
    ),
    _hidden(
        "registered_delivery",
        "1: ask for a receipt; 17: also on the way; 0: none.",
        "1",
        r"\d{1,2}",
    ),
    _hidden("priority", "no: priority_flag is always 0.", "yes", YES_NO),
    _hidden("validity", "no: they are not told when a message expires.", "yes", YES_NO),
    _hidden(
        "ussd_end",
        "The step that ends a session, as a decimal; empty: the preset's.",
        "",
        OCTET,
    ),
    _hidden("enquire", "Seconds of silence until we ask whether they are there.", "30", SECONDS),
    _hidden("pause", "Seconds until a broken line is tried again; it grows.", "5", SECONDS),
    _hidden("timeout", "Seconds to wait for an answer.", "30", SECONDS),
)
