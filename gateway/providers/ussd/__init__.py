"""USSD from any aggregator that calls over HTTP and reads the screen in the answer."""

import time
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode, urlsplit, urlunsplit

from gateway.domain.messages import Event, Outgoing, Phase, Result, Screen
from gateway.providers import Answer, Can, Garbled, Hook, HookError, Rejected, reading
from gateway.providers.memory import Memory
from gateway.providers.plain import Now, Plain
from gateway.providers.template import Written, fill
from gateway.providers.ussd.dialect import TYPES
from gateway.providers.ussd.needs import NEEDS, dialect
from gateway.providers.ussd.steps import Known, Steps, fields

PATIENCE = 300.0  # seconds; no network holds a session longer


class Ussd(Plain):
    """A USSD code at an aggregator; the channel's address is the code, as *384*7#."""

    name = "ussd"
    can = Can(ussd=True, sms=False, receipts=False)
    needs = NEEDS

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        given = {name: value for name, value in settings.items() if value}
        super().__init__(address, given, clock)
        self.dialect = dialect(self.settings)
        self.can = replace(
            Ussd.can,
            screen_gsm7=self.dialect.limit,
            screen_ucs2=min(self.dialect.limit, Ussd.can.screen_ucs2),
        )
        memory: Memory[Known] = Memory(PATIENCE, clock)
        self.steps = Steps(self.dialect, address, self.country, memory)

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our key and signs in, where we have set these."""
        reading.key(hook, self.settings["hook_key"])
        if self.settings["password"]:
            user, password = self._signed(hook)
            reading.secret(user, self.settings["userid"])
            reading.secret(password, self.settings["password"])
        reading.small(hook)

    def _signed(self, hook: Hook) -> tuple[str, str]:
        """Return the user name and password of a call: in its fields, else Basic."""
        if self.dialect.sign_in:
            found = reading.fields(hook)
            user, password = self.dialect.sign_in
            return found.get(user, ""), found.get(password, "")
        scheme, _, code = reading.header(hook, "Authorization").partition(" ")
        try:
            told = b64decode(code).decode() if scheme.lower() == "basic" else ""
        except ValueError:
            told = ""
        user, _, password = told.partition(":")
        return user, password

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield the step; nothing where nobody can tell whose session it is."""
        turn = self.steps.read(hook)
        if turn:
            yield turn

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return what they hear when no screen is wanted: it ended, or nobody knows it."""
        turn = self.steps.read(hook)
        if turn is None or turn.phase is Phase.INPUT:
            return self._lost(hook)
        return self._written(hook, self.dialect.closing, "", False)

    def _lost(self, hook: Hook) -> Answer:
        if self.dialect.lost is None:
            return self.screen(hook, Screen(self.settings["expired"], goes_on=False))
        return self._written(hook, self.dialect.lost, "", False)

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return one page as they read it."""
        text = screen.text
        for letter, instead in self.dialect.instead.items():
            text = text.replace(letter, instead)
        return self._written(hook, self.dialect.page, text, screen.goes_on)

    def _written(self, hook: Hook, page: str, text: str, goes_on: bool) -> Answer:
        """Fill a page; words of theirs stand in it escaped, as ours do."""
        dialect, more = self.dialect, self.dialect.more[0 if goes_on else 1]
        told = fields(dialect, hook).items()
        values = {f"call.{n}": reading.clean(v) if isinstance(v, str) else v for n, v in told}
        lines = (fill("{{text}}", {"text": line}, "xml") for line in text.split("\n"))
        values |= {"text": text, "lines": Written("<br/>".join(lines))}
        values |= {"back": self._back(hook, values)}
        body = fill(page.replace("{{more}}", more), values, dialect.writes)
        headers = {name: word.replace("{{more}}", more) for name, word in dialect.headers.items()}
        return Answer(200, TYPES[dialect.writes], body, headers)

    def _back(self, hook: Hook, values: Mapping[str, object]) -> str:
        """Return the address of the next step, with the code in it and our key."""
        code = self.dialect.code
        given = str(values.get(f"call.{code}") or values.get(f"call.{self.dialect.text}") or "")
        kept = [(name, value) for name, value in hook.query if name == "key"]
        query = urlencode([*kept, (code, given)])
        return urlunsplit(urlsplit(hook.url)._replace(query=query))

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason in their form, or as a word for whoever reads their log."""
        if self.dialect.refusal is None or not isinstance(error, Garbled):
            return Answer(error.status, body=str(error))
        told = {"reason": error.reason, "field": error.field}
        body = fill(self.dialect.refusal, told, self.dialect.writes)
        return Answer(self.dialect.refused, TYPES[self.dialect.writes], body)

    # Out

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Take nothing: a screen is only ever an answer."""
        return (Rejected("ussd_only").result(message.id) for message in messages)

    def check(self) -> None:
        """Nothing can be wrong: they call us, nobody is asked."""
