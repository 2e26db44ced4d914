"""How one aggregator speaks of USSD, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.domain.messages import Phase

Phases = Mapping[str, Phase]

JSON, XML, TEXT = "json", "xml", "text"
TYPES = {
    JSON: "application/json",
    XML: "text/xml; charset=utf-8",
    TEXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """Field names as they call them, by path; an empty one means they have no such field.

    `page` is what a screen is written in: {{text}} the words, {{lines}} the same for XML that
    knows no new lines, {{more}} the first of `more` while the dialogue goes on and the second at
    its end, {{call.NAME}} a field of their call, {{back}} the address to call again.
    """

    session: str  # empty: the phone is the session
    phone: tuple[str, ...]  # the first of these that is there
    text: str
    code: str = ""  # empty: the first call brings the code, dialled, as its text
    network: str = ""
    at: str = ""
    error: str = ""
    hops: str = ""  # counts the steps, so that one told twice is known
    reads: str = "form"  # form (or query), json, xml, rpc, record
    needs: tuple[str, ...] = ()  # further fields without which they have made a mistake

    phase: str = ""  # the field that tells where the session stands; empty: the text tells
    phases: Phases = field(default_factory=dict)  # its words, in lower case; "" is no word
    other: Phase | None = None  # any other word; None: a mistake of theirs
    ends: tuple[tuple[str, str], ...] = ()  # a field and what in it means: they hung up

    path: bool = False  # the text holds all inputs so far, joined by *
    wrapped: bool = False  # the code comes as 384 or *384, and is *384#
    bare: bool = False  # the first text is the code without * and #, and nothing else tells
    short: bool = False  # the code is only its first number; the rest is at the head of the path
    once: bool = False  # phone and code come only with the first call

    page: str = "{{text}}"
    more: tuple[str, str] = ("", "")
    writes: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)  # letters they cannot show
    closing: str = ""  # what they hear when the session has ended
    lost: str | None = None  # for a session nobody knows; None: a last screen
    refusal: str | None = None  # for a call that is not taken, with {{reason}} and {{field}}
    refused: int = 400  # and its HTTP status
    limit: int = 160  # characters on a screen
    sign_in: tuple[str, str] | None = None  # fields with their user name and password
