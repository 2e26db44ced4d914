"""A modem on a pseudo-terminal for Gammu: it echoes, has a PIN, and can fall silent."""

import os

from tests.peers.modem import Modem

KNOWN = {
    "+CGMI": "Acme",
    "+CGMM": "M1",
    "+CGMR": "1.0",
    "+CPMS=?": '+CPMS: ("SM"),("SM"),("SM")',
    "+CNMI=?": "+CNMI: (2),(1),(0),(1),(0)",
    "+CSCA?": '+CSCA: "+447700900099",145',
    "+CSCS=?": '+CSCS: ("GSM","UCS2","HEX")',
    "+CSCS?": '+CSCS: "GSM"',
    "+CSMS?": "+CSMS: 1,1,1,1",
    "+COPS?": '+COPS: 0,0,"Net",2',
    "+CREG?": '+CREG: 2,1,"00C3","0000B0F1"',
    "+CGREG?": '+CGREG: 2,1,"00C3","0000B0F1"',
    "+CGATT?": "+CGATT: 1",
    "+CBC": "+CBC: 0,83",
}
# What it knows nothing of: else Gammu takes it for another maker's, which speaks otherwise.
UNKNOWN = ("AT+MODE", "AT+CMGD=?")


class Echoing(Modem):
    """`asked` are the commands it took; `silent`: it answers nothing more."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.silent = False
        self.pin = ""  # the one it wants
        super().__init__()

    @property
    def settings(self) -> dict[str, str]:
        return {"device": self.device, "model": "at"}

    def _take(self, line: str, ended: bool) -> None:
        self.asked.append(line)
        if self.silent:
            return
        os.write(self._master, (line + ("" if ended else "\r")).encode("latin-1"))
        if line.startswith(UNKNOWN):
            self._say("ERROR")
            return
        if line.startswith('AT+CPIN="') and line != f'AT+CPIN="{self.pin}"':
            self._say("+CME ERROR: 16")
            return
        super()._take(line, ended)

    def _answer(self, asked: str) -> list[str]:
        if asked.startswith("+CPIN="):
            self.pin = ""
        if asked == "+CPIN?" and self.pin:
            return ["+CPIN: SIM PIN"]
        if asked.startswith("+CMGL="):
            return [line for place in sorted(self.places) for line in self._listed(place)]
        return [KNOWN[asked]] if asked in KNOWN else super()._answer(asked)

    def _listed(self, place: int) -> list[str]:
        pdu = self.places[place]
        return [f"+CMGL: {place},0,,{len(pdu) // 2 - 1}", pdu]
