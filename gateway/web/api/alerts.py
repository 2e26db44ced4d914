"""Alerts: programs write, submit and follow them; another than the author approves."""

from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue
from msgspec import UNSET

from gateway import broadcast, told
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.messages import Class
from gateway.people import tag_of
from gateway.store import alerts
from gateway.web.api import rights
from gateway.web.api.alert_shapes import (
    AlertChange,
    AlertQuery,
    Approval,
    NewAlert,
    NewAudience,
    Rejection,
)
from gateway.web.api.door import actor, answer, blueprint, body, gateway, needs, query

WITH_PREVIEW = ("draft", "submitted")


@blueprint.get("/alerts")
@needs(*rights.READ_ALERTS)
def list_alerts() -> ResponseReturnValue:
    """Return alerts, newest first; `next` is the cursor of the page after, or null."""
    asked, db = query(AlertQuery), gateway().store.read
    rows = alerts.page(db, asked.cursor, asked.limit)
    following = rows[-1]["id"] if len(rows) == asked.limit else None
    return answer({"alerts": [told.alert(db, row) for row in rows], "next": following})


@blueprint.post("/alerts")
@needs(*rights.WRITE_ALERTS)
def write_alert() -> ResponseReturnValue:
    """Write an alert down as a draft, and show who would get what."""
    gw, asked = gateway(), body(NewAlert)
    draft = Draft(
        texts=_texts(asked.texts),
        audience=_audience(asked.audience),
        class_=Class.of(asked.class_),
        expires_at=asked.expires.timestamp(),
        exercise=asked.exercise,
        channel=_channel(asked.channel),
        supersedes=_superseded(asked.supersedes),
    )
    id = broadcast.create(gw, actor(), draft)
    return answer({"id": id, "state": "draft", "preview": _preview(id)}, 201)


@blueprint.get("/alerts/<int:id>")
@needs(*rights.READ_ALERTS)
def show_alert(id: int) -> ResponseReturnValue:
    """Return one alert; before it is approved, with who would get what now."""
    return answer(_shown(id))


@blueprint.patch("/alerts/<int:id>")
@needs(*rights.WRITE_ALERTS)
def change_alert(id: int) -> ResponseReturnValue:
    """Change a draft, or an alert that waits for approval: it is a draft again."""
    gw, asked = gateway(), body(AlertChange)
    draft = alerts.draft_of(gw.store.read, alerts.want(gw.store.read, id))
    broadcast.edit(gw, actor(), id, replace(draft, **_changes(asked)))
    return answer(_shown(id))


@blueprint.post("/alerts/<int:id>/submit")
@needs(*rights.WRITE_ALERTS)
def submit_alert(id: int) -> ResponseReturnValue:
    """Ask another person to approve the alert as it stands."""
    broadcast.submit(gateway(), actor(), id)
    return answer(_shown(id))


@blueprint.post("/alerts/<int:id>/approve")
@needs(*rights.APPROVE_ALERTS)
def approve_alert(id: int) -> ResponseReturnValue:
    """Let an alert go out; the author and who submitted it cannot."""
    asked = body(Approval)
    broadcast.approve(gateway(), actor(), id, asked.people, asked.hash)
    return answer(_shown(id))


@blueprint.post("/alerts/<int:id>/reject")
@needs(*rights.APPROVE_ALERTS)
def reject_alert(id: int) -> ResponseReturnValue:
    """Send an alert back to its author, saying why."""
    broadcast.reject(gateway(), actor(), id, body(Rejection).reason)
    return answer(_shown(id))


@blueprint.post("/alerts/<int:id>/stop")
@needs(*rights.STOP_ALERTS)
def stop_alert(id: int) -> ResponseReturnValue:
    """Halt all that has not been handed over."""
    broadcast.stop(gateway(), actor(), id)
    return answer(_shown(id))


@blueprint.post("/alerts/<int:id>/resume")
@needs(*rights.WRITE_ALERTS)
def resume_alert(id: int) -> ResponseReturnValue:
    """Ask for a stopped alert to go on; another person must approve it again."""
    broadcast.resume(gateway(), actor(), id)
    return answer(_shown(id))


def _shown(id: int) -> dict[str, Any]:
    db = gateway().store.read
    row = alerts.want(db, id)
    shown = told.alert(db, row)
    return {**shown, "preview": _preview(id)} if row["state"] in WITH_PREVIEW else shown


def _preview(id: int) -> dict[str, Any]:
    found = broadcast.preview(gateway(), id)
    return {
        "people": found.people,
        "by_language": found.by_language,
        "parts": found.parts,
        "cost": found.cost,
        "finish": told.moment(found.finish),
        "warnings": found.warnings,
    }


def _texts(given: dict[str, str]) -> dict[str, str]:
    return {_tag(tag, f"texts.{tag}"): text for tag, text in given.items()}


def _tag(given: str, field: str) -> str:
    try:
        return tag_of(gateway(), given)
    except Refused as refused:
        raise Refused(refused.sentence, field) from None


def _audience(given: NewAudience) -> Audience:
    languages = tuple(sorted({_tag(tag, "audience.languages") for tag in given.languages}))
    places, groups = tuple(sorted(set(given.areas))), tuple(sorted(set(given.groups)))
    return Audience(places, groups, languages, _superseded(given.received, "audience.received"))


def _superseded(id: int | None, field: str = "supersedes") -> int | None:
    if id is not None and alerts.get(gateway().store.read, id) is None:
        raise Refused("There is no such alert.", field)
    return id


def _channel(name: str | None) -> int | None:
    channel = gateway().channels.get(name) if name else None
    if name and channel is None:
        raise Refused("There is no channel of this name.", "channel")
    return channel.id if channel else None


def _changes(asked: AlertChange) -> dict[str, Any]:
    """Return the parts of a draft that are to change."""
    changes: dict[str, Any] = {}
    if asked.texts is not UNSET:
        changes["texts"] = _texts(asked.texts)
    if asked.audience is not UNSET:
        changes["audience"] = _audience(asked.audience)
    if asked.class_ is not UNSET:
        changes["class_"] = Class.of(asked.class_)
    if asked.expires is not UNSET:
        changes["expires_at"] = asked.expires.timestamp()
    if asked.exercise is not UNSET:
        changes["exercise"] = asked.exercise
    if asked.channel is not UNSET:
        changes["channel"] = _channel(asked.channel)
    return changes
