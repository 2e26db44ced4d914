"""A modem on a pseudo-terminal: it answers AT commands, takes PDUs, and has some to be read."""

import os
import re
import select
import threading
import tty
from collections.abc import Callable

from gateway.domain.sms import encode, pack

ASKED = {
    "+CPIN?": "+CPIN: READY",
    "+CSQ": "+CSQ: 22,0",
    "+CREG?": "+CREG: 0,1",
    "+CIMI": "234150000000001",
    "+CGSN": "350000000000001",
}
STAMP = "62800110000000"  # 2026-08-01 at 10:01, in zone 0
PLACES = 10


class Modem:
    """One modem: `sent` are the PDUs that it took, `places` what is stored in it."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self.sent: list[str] = []
        self.places: dict[int, str] = {}
        self.refuses = ""
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Be pulled out: who has the other end open finds nobody there."""
        os.write(self._end, b".")
        self._thread.join(5)
        # Only now: the thread would go on in whatever is opened next under the same number.
        assert not self._thread.is_alive()
        for end in (self._slave, self._master, self._ended, self._end):
            os.close(end)

    def gets(self, pdu: str) -> None:
        """Let the network bring a message or a report."""
        self.places[next(n for n in range(1, PLACES + 1) if n not in self.places)] = pdu

    def _serve(self) -> None:
        said = b""
        while self._ended not in select.select([self._master, self._ended], [], [])[0]:
            said += os.read(self._master, 4096)
            while found := re.search(rb"[\r\x1a]", said):
                line, said = said[: found.start()], said[found.end() :]
                self._take(line.decode("latin-1").strip(), found[0] == b"\x1a")

    def _take(self, line: str, ended: bool) -> None:
        if ended and self.refuses:
            self._say(self.refuses)
        elif ended:
            self.sent.append(line)
            self._say(f"+CMGS: {len(self.sent)}", "OK")
        elif line.startswith("AT+CMGS="):
            os.write(self._master, b"\r\n> ")
        elif line:
            self._say(*self._answer(line.removeprefix("AT")), "OK")

    def _answer(self, asked: str) -> list[str]:
        verb, _, value = asked.partition("=")
        verbs: dict[str, Callable[[str], list[str]]] = {
            "+CPMS": self._counts,
            "+CPMS?": self._counts,
            "+CMGR": self._stored,
            "+CMGD": self._drop,
        }
        if verb in verbs:
            return verbs[verb](value)
        return [ASKED[verb]] if verb in ASKED else []

    def _counts(self, value: str) -> list[str]:
        count = f"{len(self.places)},{PLACES}"
        if value:
            return [f"+CPMS: {count},{count},{count}"]
        return ["+CPMS: " + ",".join([f'"SM",{count}'] * 3)]

    def _stored(self, value: str) -> list[str]:
        pdu = self.places.get(int(value))
        return [f"+CMGR: 0,,{len(pdu) // 2 - 1}", pdu] if pdu else []

    def _drop(self, value: str) -> list[str]:
        self.places.pop(int(value.split(",")[0]), None)
        return []

    def _say(self, *lines: str) -> None:
        os.write(self._master, "".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1"))


def message(person: str, text: str) -> str:
    """Return the PDU of what a person writes, in hex (3GPP TS 23.040, SMS-DELIVER)."""
    alphabet, octets, size = "08", text.encode("utf-16-be"), 2 * len(text)
    if text.isascii():
        alphabet, octets, size = "00", pack(encode(text)), len(encode(text))
    return f"0004{_whom(person)}00{alphabet}{STAMP}{size:02X}{octets.hex().upper()}"


def report(number: int, person: str, status: int) -> str:
    """Return the PDU of a report (SMS-STATUS-REPORT) on the message of that number."""
    return f"0006{number:02X}{_whom(person)}{STAMP}{STAMP}{status:02X}"


def packed(text: str) -> str:
    return pack(encode(text)).hex().upper()


def digits(person: str) -> str:
    """Return a number as a PDU has it: pairs of digits, the second first.

    >>> digits("+447700900123"), digits("+15550100")
    ('447700091032', '51551000')
    """
    plain = person.removeprefix("+")
    plain += "F" * (len(plain) % 2)
    return "".join(b + a for a, b in zip(plain[::2], plain[1::2], strict=True))


def _whom(person: str) -> str:
    return f"{len(person.removeprefix('+')):02X}91{digits(person)}"
