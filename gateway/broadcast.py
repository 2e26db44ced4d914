"""An approved alert becomes one outbox row per person; a second person approves it."""

import json
import sqlite3
from dataclasses import replace
from functools import partial

from gateway.context import Gateway
from gateway.domain.alerts import (
    Audience,
    Draft,
    LanguageCount,
    Preview,
    Refused,
    check,
    move,
    usual_parts,
)
from gateway.domain.messages import Class
from gateway.store import alerts, areas, audit, outbox

CHUNK = 2000  # rows: about 5 ms in the writer, so that nobody who waits feels it


def create(gw: Gateway, by: str, draft: Draft) -> int:
    """Write a draft down; Refused if it could never be sent."""
    marked = _checked(gw, draft)
    now = gw.clock()

    def work(db: sqlite3.Connection) -> int:
        alert = alerts.add(db, marked, by, now)
        audit.write(db, now, by, "alert.create", f"alert:{alert}")
        return alert

    return gw.store.write(work)


def edit(gw: Gateway, by: str, alert: int, draft: Draft) -> None:
    """Change an alert; any approval it had is void."""
    marked = _checked(gw, draft)
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        row = _get(db, alert)
        move("edit", row["state"])
        if row["state"] == "submitted":
            alerts.decide(db, alert, "void", by, now)
        alerts.edit(db, alert, marked)
        audit.write(db, now, by, "alert.edit", f"alert:{alert}")

    gw.store.write(work)


def _checked(gw: Gateway, draft: Draft) -> Draft:
    """Mark an exercise in every language, and make sure that the draft could be sent."""
    if draft.exercise:
        texts = {language: _marked(gw, language, text) for language, text in draft.texts.items()}
        draft = replace(draft, texts=texts)
    check(draft, gw.clock())
    unknown = [p for p in draft.audience.areas if not areas.by_pcode(gw.store.read, p)]
    if unknown:
        raise Refused(f"No area has the P-code {unknown[0]}.", "audience.areas")
    return draft


def _marked(gw: Gateway, language: str, text: str) -> str:
    chain = gw.languages.chain(language, [], gw.settings["LANGUAGE"])
    mark = gw.languages.say(chain, "exercise.mark").text
    return text if text.startswith(mark) else f"{mark} {text}"


def _get(db: sqlite3.Connection, alert: int) -> sqlite3.Row:
    row = alerts.get(db, alert)
    if row is None:
        raise Refused(f"There is no alert {alert}.", "id")
    return row


def choices(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, until: int) -> dict[str, int]:
    """Choose a text for each (language, area) of one chunk: "language|area" → alert_text id.

    Nobody is left without words: where no step of the fallback has a text, the first one serves.
    """
    written = {text["language"]: text["id"] for text in alerts.texts(db, row["id"])}
    audience = Audience.of(json.loads(row["audience"]))
    found = {}
    chunk = (row["expanded_to"], until)
    for language, area, _ in alerts.audience_counts(db, audience, bool(row["exercise"]), *chunk):
        text = _choice(gw, language, areas.languages(db, area), written)
        found[f"{language or ''}|{area if area is not None else ''}"] = written[text]
    return found


def _choice(gw: Gateway, language: str | None, around: list[str], written: dict[str, int]) -> str:
    chain = gw.languages.chain(language, around, gw.settings["LANGUAGE"])
    return next((tag for tag in chain if tag in written), next(iter(written)))


def preview(gw: Gateway, alert: int) -> Preview:
    """Count who would get what now: people, languages, fallbacks, parts, cost, finish time."""
    db = gw.store.read
    row = _get(db, alert)
    texts = {text["language"]: text for text in alerts.texts(db, alert)}
    ids = {language: text["id"] for language, text in texts.items()}
    audience = Audience.of(json.loads(row["audience"]))
    counted: dict[tuple[str, str], int] = {}
    for language, area, people in alerts.audience_counts(db, audience, bool(row["exercise"])):
        used = _choice(gw, language, areas.languages(db, area), ids)
        key = (language or gw.settings["LANGUAGE"], used)
        counted[key] = counted.get(key, 0) + people
    lines = tuple(
        LanguageCount(
            own, people, texts[used]["parts"], texts[used]["alphabet"], _fallback(own, used)
        )
        for (own, used), people in sorted(counted.items(), key=lambda item: -item[1])
    )
    return _sum_up(gw, row, lines, tuple(texts.values()))


def _fallback(own: str, used: str) -> str | None:
    return None if used in (own, own.split("-")[0]) else used


def _sum_up(
    gw: Gateway,
    row: sqlite3.Row,
    lines: tuple[LanguageCount, ...],
    texts: tuple[sqlite3.Row, ...],
) -> Preview:
    parts = sum(line.people * line.parts for line in lines)
    channel = gw.channels.by_id(row["channel"]) if row["channel"] else gw.channels.default()
    rate = channel.rate if channel else 1.0
    cost = channel.row["cost"] if channel else None
    return Preview(
        people=sum(line.people for line in lines),
        by_language=lines,
        parts=parts,
        cost=round(parts * cost, 2) if cost is not None else None,
        finish=gw.clock() + parts / rate,
        warnings=tuple(_warnings(gw, row, texts, parts / rate)),
    )


def _warnings(
    gw: Gateway, row: sqlite3.Row, texts: tuple[sqlite3.Row, ...], seconds: float
) -> list[str]:
    """Name what is unusual: keys of console words, with what they are about."""
    usual = usual_parts(Class(row["class"]))
    found = [f"parts:{t['language']}" for t in texts if t["parts"] > usual]
    if gw.clock() + seconds > row["expires_at"]:
        found.append("late")
    return found


def submit(gw: Gateway, by: str, alert: int) -> None:
    """Ask a second person to approve; what they will approve is what stands now."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        state = move("submit", _get(db, alert)["state"])
        alerts.set_state(db, alert, state, submitted_at=now)
        alerts.decide(db, alert, "submitted", by, now)
        audit.write(db, now, by, "alert.submit", f"alert:{alert}")

    gw.store.write(work)


def approve(gw: Gateway, by: str, alert: int, people: int, seen: str | None = None) -> None:
    """Let an alert go out. `people` is the number typed; `seen` the hash of what was shown.

    Refused for the author, after any change, for another number, or when too late.
    """
    now = gw.clock()
    counted = preview(gw, alert).people

    def work(db: sqlite3.Connection) -> None:
        row = _get(db, alert)
        _may_approve(gw, db, row, by, seen)
        if people != counted:
            raise Refused(f"This alert goes to {counted} people: type that number.", "people")
        state = move("approve", row["state"])
        last = alerts.last_address(db)
        alerts.set_state(db, alert, state, approved_at=now, people=counted, expand_until=last)
        alerts.decide(db, alert, "approved", by, now, people=counted)
        audit.write(db, now, by, "alert.approve", f"alert:{alert}", {"people": counted})

    gw.store.write(work)
    gw.wake()


def _may_approve(
    gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, by: str, seen: str | None
) -> None:
    move("approve", row["state"])
    involved = {row["author"]} | {
        d["by"]
        for d in alerts.decisions(db, row["id"])
        if d["decision"] in ("submitted", "resumed")
    }
    if by in involved:
        raise Refused("Who wrote or submitted an alert cannot approve it. Ask someone else.", "by")
    if seen is not None and seen != row["hash"]:
        raise Refused("The alert was changed meanwhile. Read it again.", "hash")
    now = gw.clock()
    if row["expires_at"] <= now:
        raise Refused("This alert is over. Write a new one.", "expires")
    if _lapsed(gw, row["submitted_at"], now):
        raise Refused("Nobody approved this in time. Submit it again.", "state")


def _lapsed(gw: Gateway, since: float | None, now: float) -> bool:
    return since is not None and now - since > int(gw.settings["APPROVAL_MINUTES"]) * 60


def reject(gw: Gateway, by: str, alert: int, reason: str) -> None:
    """Send an alert back to its author, saying why."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        alerts.set_state(db, alert, move("reject", _get(db, alert)["state"]))
        alerts.decide(db, alert, "rejected", by, now, reason=reason)
        audit.write(db, now, by, "alert.reject", f"alert:{alert}")

    gw.store.write(work)


def stop(gw: Gateway, by: str, alert: int) -> None:
    """Halt all parts that have not been handed over: the gate refuses them from now on."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        alerts.set_state(db, alert, move("stop", _get(db, alert)["state"]), ended_at=now)
        alerts.decide(db, alert, "stopped", by, now)
        audit.write(db, now, by, "alert.stop", f"alert:{alert}")

    gw.store.write(work)
    _take_back(gw, alert, now)


def _take_back(gw: Gateway, alert: int, now: float) -> None:
    """Withdraw what is still queued, in chunks that nobody feels."""
    last = _get(gw.store.read, alert)["expand_until"]
    for after in range(0, last, CHUNK):
        chunk = (alert, after, after + CHUNK, "alert stopped", now)
        gw.store.write(partial(_withdraw, chunk=chunk), background=True)


def _withdraw(db: sqlite3.Connection, chunk: tuple[int, int, int, str, float]) -> int:
    return outbox.withdraw_alert(db, *chunk)


def resume(gw: Gateway, by: str, alert: int) -> None:
    """Ask for a stopped alert to go on; a second person must approve it again."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        state = move("resume", _get(db, alert)["state"])
        alerts.set_state(db, alert, state, submitted_at=now, ended_at=None)
        alerts.decide(db, alert, "resumed", by, now)
        audit.write(db, now, by, "alert.resume", f"alert:{alert}")

    gw.store.write(work)


def advance(gw: Gateway) -> bool:
    """Move every live alert on by one chunk; return True while there is more to expand."""
    more = False
    for row in alerts.in_state(gw.store.read, "submitted", "approved", "running"):
        more = _advance(gw, row) or more
    return more


def _advance(gw: Gateway, row: sqlite3.Row) -> bool:
    now = gw.clock()
    since = row["approved_at"] if row["state"] == "approved" else row["submitted_at"]
    if row["state"] != "running" and _lapsed(gw, since, now):
        gw.store.write(lambda db: _lapse(db, row["id"], now))
        return False
    if row["state"] == "submitted":
        return False
    if row["state"] == "approved":
        gw.store.write(lambda db: _run(db, row["id"], now))
        return True
    if row["expanded_to"] < row["expand_until"]:
        _expand(gw, row, now)
        return True
    if not alerts.unfinished(gw.store.read, row["id"]):
        gw.store.write(lambda db: _finish(db, row["id"], now))
    return False


def _lapse(db: sqlite3.Connection, alert: int, now: float) -> None:
    """Nobody acted in time: what was true then may not be true now, so it is a draft again."""
    row = _get(db, alert)
    if row["state"] in ("submitted", "approved"):
        alerts.set_state(db, alert, move("lapse", row["state"]))
        alerts.decide(db, alert, "lapsed", "system", now)
        audit.write(db, now, "system", "alert.lapse", f"alert:{alert}")


def _run(db: sqlite3.Connection, alert: int, now: float) -> None:
    row = _get(db, alert)
    if row["state"] == "approved":
        alerts.set_state(db, alert, move("run", row["state"]))
        alerts.requeue(db, alert)
        audit.write(db, now, "system", "alert.run", f"alert:{alert}")


def _expand(gw: Gateway, row: sqlite3.Row, now: float) -> None:
    """Queue one chunk; the cursor moves in the same transaction, so a crash repeats nothing."""
    until = min(row["expanded_to"] + CHUNK, row["expand_until"])
    chosen = json.dumps(choices(gw, gw.store.read, row, until))
    usable = [channel.id for channel in gw.channels.all() if channel.carries_sms]
    if not usable:
        return

    def work(db: sqlite3.Connection) -> None:
        fresh = _get(db, row["id"])
        if fresh["state"] == "running" and fresh["expanded_to"] == row["expanded_to"]:
            alerts.expand(db, fresh, chosen, json.dumps(usable), usable[0], until, now)

    gw.store.write(work, background=True)
    gw.wake()


def _finish(db: sqlite3.Connection, alert: int, now: float) -> None:
    row = _get(db, alert)
    if row["state"] == "running" and not alerts.unfinished(db, alert):
        alerts.set_state(db, alert, move("finish", "running"), ended_at=now)
        audit.write(db, now, "system", "alert.done", f"alert:{alert}")
