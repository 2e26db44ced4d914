"""Reading one step of a USSD session, in whichever dialect it is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.domain.messages import Phase, Turn
from gateway.providers import Garbled, Hook, finding, reading
from gateway.providers.memory import Memory
from gateway.providers.ussd.dialect import Dialect

Found = Mapping[str, str]
_CODE = re.compile(r"[*#0-9]+")
_DIALLED = re.compile(r"\*[0-9][*0-9]*#")
_BARE = re.compile(r"[0-9]+(\*[0-9]+)*")


@dataclass(frozen=True, slots=True)
class Known:
    """What the first call of a session told and later ones may not."""

    sender: str
    code: str


class Steps:
    """Reads calls. What sessions began with is remembered, else the channel's address stands in."""

    def __init__(self, dialect: Dialect, address: str, country: str, memory: Memory[Known]) -> None:
        self.dialect, self.address, self.country = dialect, address, country
        self.memory = memory

    def know(self, session: str, sender: str, code: str) -> Known:
        """Keep what a session began with."""
        return self.memory.keep(self._key(session, sender), Known(sender, code))

    def read(self, hook: Hook) -> Turn | None:
        """Return the step, or None where nobody can tell whose it is; raise Garbled."""
        told = fields(self.dialect, hook)
        found = {n: word for n, word in finding.words(told).items() if n}  # "" is no field
        for name in self.dialect.needs:
            reading.need(found, name)
        sender = self._sender(found)
        session = reading.need(found, self.dialect.session) if self.dialect.session else sender
        known = self.memory.get(self._key(session, sender))
        phase = self._phase(found, known)
        if phase is Phase.INPUT and self.dialect.text not in told:
            raise Garbled("missing_field", self.dialect.text)
        if self.dialect.once and not sender:
            if phase is Phase.START:
                raise Garbled("missing_field", self.dialect.phone[0])
            sender = known.sender if known else ""
        code = self._code(found, phase, known)
        if not sender or not code:
            return None
        if phase is Phase.START or known is None:
            known = self.know(session, sender, code)
        return self._turn(hook, found, phase, session, known)

    def _turn(self, hook: Hook, found: Found, phase: Phase, session: str, known: Known) -> Turn:
        dialect = self.dialect
        text, path = self._text(found, phase, known)
        if dialect.path and phase in (Phase.START, Phase.INPUT):
            phase = Phase.INPUT if path else Phase.START
        return Turn(
            sender=known.sender,
            to=self.address if phase is Phase.START and path else known.code,
            session=session,
            phase=phase,
            text=reading.text(hook, text)[0],
            path=None if path is None else reading.text(hook, path)[0],
            network=reading.word(found, dialect.network),
            at=reading.moment(found, dialect.at),
            hops=reading.whole(found, dialect.hops),
            error=reading.word(found, dialect.error),
        )

    def _key(self, session: str, sender: str) -> str:
        return session if self.dialect.once else f"{session}@{sender}"

    def _sender(self, found: Found) -> str:
        """Return the phone, or nothing where only the first call brings it."""
        names = self.dialect.phone
        name = next((name for name in names if found.get(name)), names[0])
        if self.dialect.once and not found.get(name):
            return ""
        return reading.phone(found, name, self.country)

    def _phase(self, found: Found, known: Known | None) -> Phase:
        dialect, text = self.dialect, found.get(self.dialect.text, "")
        for name, meaning in dialect.ends:
            if name in found and re.fullmatch(meaning, found[name], re.DOTALL):
                return Phase.END
        if dialect.phase:
            phase = dialect.phases.get(found.get(dialect.phase, "").lower(), dialect.other)
            if phase is None:
                raise Garbled("bad_type", dialect.phase)
            return phase
        if dialect.path:
            return Phase.INPUT if text else Phase.START
        if dialect.bare:
            return self._bare(text, known)
        return Phase.START if _DIALLED.fullmatch(text) else Phase.INPUT

    def _bare(self, text: str, known: Known | None) -> Phase:
        """Tell a code without its signs from an answer; 2 may be either."""
        code = (known.code if known else self.address).strip("*#")
        if code:
            dialled = text == code or (not known and text.startswith(f"{code}*"))
            return Phase.START if dialled else Phase.INPUT
        if not _BARE.fullmatch(text):
            raise Garbled("bad_code", self.dialect.text)
        return Phase.START

    def _code(self, found: Found, phase: Phase, known: Known | None) -> str:
        """Return the service code as given, as the session began, or as the channel's."""
        dialect, text = self.dialect, found.get(self.dialect.text, "")
        given = found.get(dialect.code, "")
        if dialect.short and given:
            return self._long(given, text, known)
        if phase is Phase.START and not given and _CODE.fullmatch(text):
            given = text
        if given and dialect.wrapped:
            given = f"*{given.strip('*#')}#"
        return reading.clean(given)[: reading.WORD] or (known.code if known else self.address)

    def _long(self, given: str, text: str, known: Known | None) -> str:
        """Return the whole code where they give its first number, and the rest in the path."""
        stem = f"*{given.strip('*#')}"
        for code in (known.code if known else "", self.address):
            if code == f"{stem}#" or code.startswith(f"{stem}*"):
                return code
        return f"{stem}*{text}#" if _BARE.fullmatch(text) else f"{stem}#"

    def _text(self, found: Found, phase: Phase, known: Known) -> tuple[str, str | None]:
        """Return the new input, and the path of all inputs where there is one."""
        dialect, text = self.dialect, found.get(self.dialect.text, "")
        if phase not in (Phase.START, Phase.INPUT):
            return "", None
        if dialect.path:
            stem = f"*{found.get(dialect.code, '').strip('*#')}"
            own = known.code.removeprefix(stem).strip("*#") if dialect.short else ""
            path = without(text, own)
            return path, path
        if phase is Phase.INPUT:
            return text, None
        # Where steps are counted, the count and not a path tells a repeated one.
        dialled = None if dialect.hops else without(known.code, self.address.rstrip("#"))
        if dialled and self.address and dialled != known.code:
            return dialled.rstrip("#"), dialled.rstrip("#")
        return "" if _CODE.fullmatch(text) else text, None


def without(path: str, head: str) -> str:
    """Return what follows the head of a path of inputs, or the path if that is not its head.

    >>> without("7*1*5", "7*1"), without("7*1", "7*1"), without("71", "7"), without("5", "")
    ('5', '', '71', '5')
    """
    if not head:
        return path
    if path == head:
        return ""
    return path.removeprefix(f"{head}*")


def fields(dialect: Dialect, hook: Hook) -> dict[str, Any]:
    """Return a call's fields as they came; raise Garbled if it is not written as it should be."""
    asked = dict(reversed(hook.query))
    if dialect.reads == "form" or not hook.body.strip() or hook.form:
        return finding.posted(hook)
    if dialect.reads == "json":
        return asked | finding.flat(reading.document(hook))
    if dialect.reads == "record":
        return asked | _record(hook.body.decode("latin-1"))
    root = finding.xml(hook.body)
    return asked | (finding.members(root) if dialect.reads == "rpc" else finding.tags(root))


def _record(line: str) -> dict[str, str]:
    """Return the fields of a line of SSMI, as TruTeq writes them.

    >>> _record("SSMI,110,27820000001,2,0,4, please\\r")["message"]
    '4, please'
    """
    names = ["", "", "msisdn", "type", "phase", "message"]
    if line.startswith("SSMI,111,"):
        names.insert(-1, "more")
    told = line.rstrip("\r\n").split(",", len(names) - 1)
    return dict(zip(names, told, strict=False)) if line.startswith("SSMI,11") else {}
