"""The language of the person who reads, and the words for roles and states."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app, g, request

from gateway.context import Gateway
from gateway.language import ladder
from gateway.store.capped import MANY

LANGUAGE_COOKIE = "language"

N_ = str  # marks a word for translators; `_` says it in the reader's language

ROLES = {
    "administrator": N_("Administrator"),
    "operator": N_("Operator"),
    "approver": N_("Approver"),
    "field_staff": N_("Field staff"),
    "auditor": N_("Auditor"),
}


class Badge(NamedTuple):
    """A state for the eye and the ear: never by colour alone."""

    symbol: str
    tone: str
    label: str


STATES = {
    # messages
    "queued": Badge("◔", "wait", N_("Waiting")),
    "claimed": Badge("◑", "wait", N_("Going out")),
    "sent": Badge("↑", "good", N_("Handed over")),
    "silent": Badge("↑", "good", N_("Handed over: this route never confirms")),
    "network": Badge("⇑", "good", N_("Network accepted")),
    "delivered": Badge("✓", "good", N_("Phone confirmed")),
    "failed": Badge("✕", "bad", N_("Failed")),
    "withdrawn": Badge("⊘", "off", N_("Withdrawn")),
    "expired": Badge("⧖", "off", N_("Expired")),
    "unknown": Badge("?", "warn", N_("Not known")),
    # alerts
    "draft": Badge("✎", "off", N_("Draft")),
    "submitted": Badge("◔", "warn", N_("Waiting for approval")),
    "approved": Badge("✓", "good", N_("Approved")),
    "running": Badge("▸", "good", N_("Being sent")),
    "done": Badge("✓", "good", N_("Done")),
    "stopped": Badge("■", "bad", N_("Stopped")),
    "rejected": Badge("✕", "bad", N_("Rejected")),
    # feedback items
    "new": Badge("●", "warn", N_("New")),
    "acknowledged": Badge("○", "wait", N_("Acknowledged")),
    "triaged": Badge("◔", "wait", N_("Sorted")),
    "in_progress": Badge("◑", "wait", N_("In progress")),
    "referred": Badge("↗", "wait", N_("Referred")),
    "answered": Badge("✓", "good", N_("Answered")),
    "closed": Badge("✓", "off", N_("Closed")),
    "reopened": Badge("↺", "warn", N_("Reopened")),
    # channels, users, jobs
    "on": Badge("✓", "good", N_("On")),
    "held": Badge("‖", "bad", N_("Held")),
    "down": Badge("✕", "bad", N_("Not working")),
    "off": Badge("○", "off", N_("Off")),
    "sure": Badge("✓", "good", N_("Trusted")),
    "unsure": Badge("⧖", "bad", N_("Not trusted")),
    "enabled": Badge("✓", "good", N_("Can sign in")),
    "disabled": Badge("○", "off", N_("Disabled")),
    "locked": Badge("‖", "warn", N_("Waits after failed tries")),
    "invited": Badge("✎", "wait", N_("Has no password yet")),
    "working": Badge("▸", "wait", N_("Working")),
    "waiting": Badge("◔", "wait", N_("Waiting")),
    # consent
    "none": Badge("–", "off", N_("Has not joined")),
    "pending": Badge("◔", "wait", N_("Written down, not joined yet")),
    "in": Badge("✓", "good", N_("Joined")),
    "alerts": Badge("✓", "good", N_("Alerts only")),
    "out": Badge("⊘", "bad", N_("Has left")),
    # priorities and classes
    "emergency": Badge("▲", "bad", N_("Emergency")),
    "high": Badge("△", "warn", N_("High")),
    "normal": Badge("–", "off", N_("Normal")),
    "bulk": Badge("▽", "off", N_("Bulk")),
}

ACTORS = {
    "cli": N_("the command line"),
    "contact": N_("the person"),
    "system": N_("the gateway"),
}


def actor(by: str) -> str:
    """Return who did something, as staff call them; the audit keeps the word itself.

    >>> actor("user:sita"), actor("token:clinic")
    ('sita', 'token:clinic')
    """
    kind, _colon, name = by.partition(":")
    return name if kind == "user" else _(ACTORS[by]) if by in ACTORS else by


def badge(word: str) -> Badge:
    """Return how a state is shown; an unknown word is shown as it is.

    >>> badge("failed").symbol, badge("brand new").label
    ('✕', 'brand new')
    """
    return STATES.get(word) or Badge("·", "off", word)


def reached(state: str, network_at: float | None, channel: int | None = None) -> str:
    """Return the word for how far a message came, as staff tell it apart.

    Where a route never confirms, to be handed over is all that can be known.
    """
    if state != "sent" or network_at:
        return "network" if state == "sent" else state
    confirms = channel is None or gateway().channels.by_id(channel).confirms
    return state if confirms else "silent"


def gateway() -> Gateway:
    """Return the gateway this request is for."""
    gw: Gateway = current_app.extensions["gateway"]
    return gw


def language() -> str:
    """Return the console language of this request: the person's, the browser's, or ours."""
    if "language" not in g:
        g.language = _chosen()
    found: str = g.language
    return found


def _chosen() -> str:
    gw = gateway()
    known = gw.languages.console()
    person = g.get("person")
    wanted = [person.language if person else None, request.cookies.get(LANGUAGE_COOKIE)]
    for tag in wanted:
        if tag in known:
            return str(tag)
    browsers = [step for tag in request.accept_languages.values() for step in ladder(tag)]
    for tag in [*browsers, gw.settings["LANGUAGE"]]:
        if tag in known:
            return tag
    return "en"


def gettext(sentence: str) -> str:
    return gateway().languages.gettext(language())(sentence)


def ngettext(one: str, many: str, n: int) -> str:
    return gateway().languages.ngettext(language())(one, many, n)


def _(sentence: str, **values: object) -> str:
    """Say an English sentence in the reader's language, its %(places)s filled in."""
    said = gettext(sentence)
    return said % values if values else said


def zone() -> ZoneInfo:
    return ZoneInfo(gateway().settings["TIMEZONE"])


def local(at: float) -> datetime:
    """Return a time of the store as the wall clock here shows it."""
    return datetime.fromtimestamp(at, zone())


def moment(at: float) -> str:
    """Return a time in words: the weekday, the date and the hour."""
    languages, when = gateway().languages, local(at)
    day, hour = languages.date(language(), when), languages.time(language(), when)
    return _("%(day)s, %(hour)s", day=day, hour=hour)


def is_doubted(at: float) -> bool:
    """Whether a time was written down when nobody vouched for the clock."""
    return gateway().time.is_doubted(at)


def about(n: int, most: int = MANY) -> str:
    """Return a count that goes no further than `most`: beyond, it is more."""
    return f"{figure(most)}+" if n > most else figure(n)


def figure(n: float) -> str:
    """Return a number as the reader writes it."""
    return gateway().languages.number(language(), n)
