"""Webhooks: administrators say where programs want to be told what happens."""

import json
import sqlite3
from urllib.parse import urlsplit

from flask import Response
from flask.typing import ResponseReturnValue

from gateway import told
from gateway.store import audit, webhooks
from gateway.web.api import rights
from gateway.web.api.door import actor, answer, blueprint, body, gateway, needs, problem
from gateway.web.api.webhook_shapes import NewWebhook


@blueprint.get("/webhooks")
@needs(*rights.WEBHOOKS)
def list_webhooks() -> ResponseReturnValue:
    """Return the webhooks in use, without their secrets."""
    rows = webhooks.every(gateway().store.read)
    return answer({"webhooks": [_shown(row) for row in rows]})


@blueprint.post("/webhooks")
@needs(*rights.WEBHOOKS)
def add_webhook() -> ResponseReturnValue:
    """Add a webhook; what happens from now on is told to it."""
    gw, asked, by = gateway(), body(NewWebhook), actor()
    _check(asked.url)
    sealed, now = gw.sealer.seal({"secret": asked.secret}), gw.clock()

    def work(db: sqlite3.Connection) -> int:
        id = webhooks.add(db, asked.url, asked.events, sealed, by, now)
        audit.write(db, now, by, "webhook.add", f"webhook:{id}", {"events": asked.events})
        return id

    id = gw.store.write(work)
    added = next(row for row in webhooks.every(gw.store.read) if row["id"] == id)
    return answer(_shown(added), 201)


@blueprint.delete("/webhooks/<int:id>")
@needs(*rights.WEBHOOKS)
def remove_webhook(id: int) -> ResponseReturnValue:
    """Tell a webhook no more; what it has yet to hear is dropped."""
    gw, by, now = gateway(), actor(), gateway().clock()

    def work(db: sqlite3.Connection) -> bool:
        found = webhooks.retire(db, id, now)
        if found:
            audit.write(db, now, by, "webhook.remove", f"webhook:{id}")
        return found

    if not gw.store.write(work):
        raise problem(404, "not_found", "There is no webhook with this id.")
    return Response(status=204)


def _check(url: str) -> None:
    """Refuse an address that cannot be posted to."""
    try:
        whole = bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        whole = False
    if not whole:
        raise problem(422, "invalid", "This is not an address that can be called.", "url")


def _shown(row: sqlite3.Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "url": row["url"],
        "events": json.loads(row["events"]),
        "by": row["by"],
        "created": told.moment(row["created_at"]),
        "waiting": row["waiting"],
        "given_up": row["given_up"],
    }
