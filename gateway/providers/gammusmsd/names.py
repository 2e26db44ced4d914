"""The names of gammu-smsd's files, which say who, when and which part; and what is in them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2s

from gateway.domain.messages import Class, Outgoing
from gateway.providers import Garbled, reading
from gateway.providers.spool.paper import moment

OURS = "gw-"  # how the note at the end of our names begins; others may write into the outbox too
RANK = {Class.EMERGENCY: "A", Class.HIGH: "B", Class.NORMAL: "C", Class.BULK: "D"}

_IN = re.compile(r"IN(\d{8})_(\d{6})_(\d\d)_(.{1,64})_(\d\d)\.(\w{1,12})")
_OUT = re.compile(rf"OUT[A-Z]\d{{8}}_\d{{6}}_\d\d_(.{{1,64}})_{OURS}([0-9a-f-]{{1,60}})\.txt")


def came(name: str) -> Mapping[str, str]:
    """Return what the name of an incoming file tells; Garbled if it tells nothing.

    >>> came("IN20260801_090000_00_+211920000001_00.txt")["From"]
    '+211920000001'
    """
    found = _IN.fullmatch(name)
    if found is None:
        raise Garbled("bad_name")
    day, hour, serial, sender, part, kind = found.groups()
    if kind != "txt":
        raise Garbled("bad_type", "extension")  # a picture, a setting, no words
    at = f"{day[2:4]}-{day[4:6]}-{day[6:]} {hour[:2]}:{hour[2:4]}:{hour[4:]}"
    text = f"{day}_{hour}_{serial}_{sender}"
    return {"From": sender, "Sent": at, "text": text, "part": part}


def whole(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the files of each text in their order; one that tells nothing is a text alone.

    >>> whole(["IN20260801_090000_00_8008_01.txt", "IN20260801_090000_00_8008_00.txt", "x"])
    {'20260801_090000_00_8008': ['IN20260801_090000_00_8008_00.txt', \
'IN20260801_090000_00_8008_01.txt'], 'x': ['x']}
    """
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        try:
            text = came(name)["text"]
        except Garbled:
            text = name
        found.setdefault(text, []).append(name)
    return found


def text(octets: bytes) -> str:
    """Return what is in a file: UTF-16 with its mark, else UTF-8.

    >>> text(bytes.fromhex("feff004d0061")), text(b"Ma")
    ('Ma', 'Ma')
    """
    if octets[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return octets.decode("utf-16", "replace")
    return octets.decode("utf-8", "replace")


def octets(words: str) -> bytes:
    """Return a text as they read any letter."""
    return b"\xfe\xff" + words.encode("utf-16-be", "replace")


def name(message: Outgoing, own: str, now: float) -> str:
    """Return the name of an outgoing file: they take them in the order of their names.

    >>> name(Outgoing(7, "+15550100", "Maji"), "7-aa", 0.0)
    'OUTC19700101_000000_00_+15550100_gw-7-aa.txt'
    """
    at = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d_%H%M%S")
    return f"OUT{RANK[Class(message.class_)]}{at}_00_{message.to}_{OURS}{own}.txt"


def went(name: str) -> tuple[str, str]:
    """Return the recipient and our own name of an outgoing file; Garbled if it is not ours.

    >>> went("OUTC19700101_000000_00_+15550100_gw-7-aa.txt")
    ('+15550100', '7-aa')
    """
    found = _OUT.fullmatch(name)
    if found is None:
        raise Garbled("bad_name")
    return found[1], found[2]


def when(found: Mapping[str, str], zone: str) -> datetime | None:
    """Return when an incoming file says that it came; None where its clock has no zone."""
    return moment(found, "Sent", zone)


def mark(words: str) -> str:
    """Return what tells two texts apart whose files had one name: once taken away, it is free."""
    return blake2s(words.encode("utf-8", "replace"), digest_size=4).hexdigest()


def reference(name: str, mark: str = "") -> str:
    """Return what a message is called by: its first file, and its text.

    >>> reference("IN20260801_090000_00_8008_00.txt", "0a0b0c0d")
    'IN20260801_090000_00_8008_00-0a0b0c0d'
    """
    named = reading.need({"name": name.removesuffix(".txt")}, "name")
    return f"{named}-{mark}" if mark else named
