"""Writing an alert down, changing it, and beginning the one that takes it back or ends it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from gateway import people, tell
from gateway.broadcast.approval import stop
from gateway.context import Gateway
from gateway.domain.alerts import Audience, Draft, Refused, check, move
from gateway.domain.messages import Class
from gateway.store import alerts, areas, contacts

N_ = str  # marks a sentence for translators

NO_AREA = N_("No area has the P-code %(pcode)s.")
NO_GROUP = N_("There is no group called %(group)s.")
BEGUN = N_("Part of this alert was sent, so its words stay. Write a correction instead.")
TWICE = N_("The language %(language)s is there twice.")
MIXED = N_("An exercise does not replace a real alert, nor a real alert an exercise.")
KIND = N_("An exercise stays an exercise, and a real alert a real one. Write a new one.")
NOT_SENT = N_("This alert went to nobody, so nobody has to be told. Change or reject it.")

DAY = 86400.0
# What the next alert says: (kind, exercise) → the sentence it begins with.
FOLLOWING = {
    ("correction", False): "correction",
    ("correction", True): "exercise.end",
    ("allclear", False): "allclear",
    ("allclear", True): "exercise.end",
}


def create(gw: Gateway, by: str, draft: Draft) -> int:
    """Write a draft down; Refused if it could never be sent."""
    marked = checked(gw, draft)
    now = gw.clock()

    def work(db: sqlite3.Connection) -> int:
        alert = alerts.add(db, marked, by, now)
        tell.alert_act(db, now, by, "alert.create", alert)
        return alert

    return gw.store.write(work)


def edit(gw: Gateway, by: str, alert: int, draft: Draft) -> None:
    """Change an alert; any approval it had is void, and who changes it cannot approve it."""
    marked = checked(gw, draft)
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        row = alerts.want(db, alert)
        move("edit", row["state"])
        if marked.exercise != row["exercise"]:
            raise Refused(KIND, "exercise")
        if row["expanded_to"]:
            raise Refused(BEGUN, "state")
        alerts.decide(db, alert, "void", by, now)
        alerts.edit(db, alert, marked)
        tell.alert_act(db, now, by, "alert.edit", alert)

    gw.store.write(work)


def follow_up(gw: Gateway, by: str, alert: int, kind: str) -> int:
    """Stop an alert and draft what its receivers must hear now: a correction or an all clear.

    It goes to everyone the alert went to, in the same languages, and replaces it.
    """
    row = alerts.want(gw.store.read, alert)
    if not row["expanded_to"]:
        raise Refused(NOT_SENT, "state")
    if row["state"] in ("submitted", "approved", "running"):
        stop(gw, by, alert)
    key = FOLLOWING[kind, bool(row["exercise"])]
    draft = Draft(
        texts=_said(gw, key, [text["language"] for text in alerts.texts(gw.store.read, alert)]),
        audience=Audience(received=alert),
        class_=Class(row["class"]),
        expires_at=gw.clock() + DAY,
        exercise=bool(row["exercise"]),
        channel=row["channel"],
        supersedes=alert,
    )
    return create(gw, by, draft)


def _said(gw: Gateway, key: str, tags: list[str]) -> dict[str, str]:
    """Return a sentence in those of the languages that have it, else in the default one."""
    speaking = [tag for tag in tags if gw.languages.has(tag, key)]
    chains = {tag: gw.languages.chain(tag) for tag in speaking or [gw.settings["LANGUAGE"]]}
    return {
        tag: gw.languages.say(chain, key, org=gw.organisation(chain)).text
        for tag, chain in chains.items()
    }


def checked(gw: Gateway, draft: Draft) -> Draft:
    """Mark an exercise in every language, and make sure that the draft could be sent.

    Languages are written as the gateway writes them: people are matched by that.
    """
    draft = _with_tags(gw, draft)
    if draft.exercise:
        texts = {language: _marked(gw, language, text) for language, text in draft.texts.items()}
        draft = replace(draft, texts=texts)
    check(draft, gw.clock() if gw.clock_trusted() else 0.0)
    db = gw.store.read
    if draft.supersedes and alerts.want(db, draft.supersedes)["exercise"] != draft.exercise:
        raise Refused(MIXED, "supersedes")
    for pcode in draft.audience.areas:
        if not areas.by_pcode(db, pcode):
            raise Refused(NO_AREA, "audience.areas", pcode=pcode)
    return _with_groups(draft, [row["name"] for row in contacts.groups(db)])


def _with_groups(draft: Draft, names: Sequence[str]) -> Draft:
    """Call groups as the store does: it compares only plain letters without their case."""
    known = {name.casefold(): name for name in names} | {name: name for name in names}
    found = set()
    for group in draft.audience.groups:
        name = known.get(group) or known.get(group.casefold())
        if name is None:
            raise Refused(NO_GROUP, "audience.groups", group=group)
        found.add(name)
    return replace(draft, audience=replace(draft.audience, groups=tuple(sorted(found))))


def _with_tags(gw: Gateway, draft: Draft) -> Draft:
    texts: dict[str, str] = {}
    for given, text in draft.texts.items():
        tag = _tag(gw, given, f"texts.{given}")
        if tag in texts:
            raise Refused(TWICE, f"texts.{given}", language=tag)
        texts[tag] = text
    wanted = sorted({_tag(gw, given, "audience.languages") for given in draft.audience.languages})
    audience = replace(draft.audience, languages=tuple(wanted))
    return replace(draft, texts=texts, audience=audience)


def _tag(gw: Gateway, given: str, field: str) -> str:
    try:
        return people.tag_of(gw, given)
    except Refused as error:
        raise Refused(error.sentence, field) from None


def _marked(gw: Gateway, language: str, text: str) -> str:
    chain = gw.languages.chain(language, [], gw.settings["LANGUAGE"])
    mark = gw.languages.say(chain, "exercise.mark").text
    return text if text.startswith(mark) else f"{mark} {text}"
