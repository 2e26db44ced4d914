"""The files of SMS Server Tools 3: headers, an empty line, the text in the alphabet they name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from gateway.domain.messages import Class, Outgoing
from gateway.providers import Garbled, reading

_EMPTY = re.compile(rb"\r?\n\r?\n")
_HEADER = re.compile(r"[A-Za-z][\w-]{0,40}:.*")
_CODECS = {"ISO": "iso8859-15", "LAT": "iso8859-15", "ANS": "iso8859-15", "UTF": "utf-8"}
_WIDE = ("UCS", "CHI", "UNI")
_REPORT = b"SMS STATUS REPORT"
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of the spool, taken apart."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def is_report(self) -> bool:
        """Whether it tells what became of a message of ours."""
        return self.body.lstrip().startswith(_REPORT)

    @property
    def told(self) -> dict[str, str]:
        """The lines of a report, which are written as headers once more."""
        return headers(self.body.partition(b"\n")[2].decode("latin-1"))


def headers(lines: str) -> dict[str, str]:
    """Return the headers in these lines; a line that is none is left out.

    >>> headers("To: 15550100\\nReport: yes\\n")
    {'To': '15550100', 'Report': 'yes'}
    """
    cut = (line.partition(":") for line in lines.splitlines() if _HEADER.fullmatch(line))
    return {name: value.strip() for name, _, value in cut}


def unfold(content: bytes) -> Paper:
    """Take a file apart; raise Garbled if it has no headers.

    >>> unfold(b"From: 15550100\\n\\nEAU\\n\\nZinder").body
    b'EAU\\n\\nZinder'
    """
    empty = _EMPTY.search(content)
    found = headers(content[: empty.start()].decode("latin-1")) if empty else {}
    if empty is None or not found:
        raise Garbled("bad_file")
    return Paper(found, content[empty.end() :])


def text(paper: Paper) -> tuple[str, tuple[str, ...]]:
    """Return a message's text, and flags; raise Garbled where it is no text.

    Without the header it is ISO, which to them is Latin-9: there 0xA4 is the euro sign.

    >>> text(Paper({"Alphabet": "ISO"}, bytes.fromhex("35a4")))
    ('5€', ())
    """
    alphabet = paper.headers.get("Alphabet", "ISO")[:3].upper()
    if "Error" in paper.headers:
        raise Garbled("bad_pdu", "Error")  # then the text is a message of the program's own
    flags = ("incomplete",) if paper.headers.get("Incomplete") == "yes" else ()
    if alphabet in _WIDE:
        return reading.utf16(paper.body, "Alphabet"), flags
    if alphabet not in _CODECS:
        raise Garbled("bad_type", "Alphabet")  # binary: a picture, a setting, no words
    return paper.body.decode(_CODECS[alphabet], "replace"), flags


def moment(found: Mapping[str, str], name: str, zone: str) -> datetime | None:
    """Return a time of theirs in UTC; None where it is not given, or no zone or no time.

    >>> moment({"Sent": "26-08-01 09:00:00"}, "Sent", "+02:00").isoformat()
    '2026-08-01T07:00:00+00:00'
    """
    try:
        at = datetime.strptime(found.get(name, ""), "%y-%m-%d %H:%M:%S")
        return at.replace(tzinfo=_offset(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timezone:
    """Return hours and minutes from UTC; ValueError if there is nothing to read.

    >>> str(_offset("-03:30"))
    'UTC-03:30'
    """
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    sign = -1 if zone[0:1] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def recipient(number: str) -> str:
    """Return a number as they write it: without +, and with an s where it is short.

    >>> recipient("+15550100"), recipient("4040")
    ('15550100', 's4040')
    """
    return number[1:] if number.startswith("+") else f"s{number}"


def fold(message: Outgoing, report: bool, wide: bool, now: float) -> bytes:
    """Write a message as a file for them; `wide` for versions before 3.1.16, without UTF-8.

    >>> fold(Outgoing(7, "+15550100", "Maji 5€"), True, False, 0.0).decode().splitlines()
    ['To: 15550100', 'Alphabet: UTF', 'Report: yes', '', 'Maji 5€']
    """
    alphabet, body = _body(message, wide)
    lines = [f"To: {recipient(message.to)}", f"Alphabet: {alphabet}"]
    lines += ["Report: yes"] if report else []
    lines += ["Priority: High"] if message.class_ <= Class.HIGH else []
    if message.expires is not None:
        lines.append(f"Validity: {max(5, int((message.expires - now) // _MINUTE))} min")
    return "\n".join([*lines, "", ""]).encode() + body


def _body(message: Outgoing, wide: bool) -> tuple[str, bytes]:
    """Return the alphabet's name and the text in it.

    >>> _body(Outgoing(7, "+15550100", "ma", alphabet="ucs2"), True)
    ('UCS', b'\\x00m\\x00a')
    """
    if not wide:
        return "UTF", message.text.encode()
    try:
        if message.alphabet == "gsm7":
            return "ISO", message.text.encode("iso8859-15")
    except UnicodeEncodeError:
        pass  # GSM's Greek capitals are not in Latin-9
    return "UCS", message.text.encode("utf-16-be")
