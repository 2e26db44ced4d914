"""What became of messages in times when nothing could be handed over, for programs."""

from flask.typing import ResponseReturnValue

from gateway import told
from gateway.domain.messages import Class
from gateway.store import away
from gateway.web.api import rights
from gateway.web.api.door import answer, blueprint, gateway, needs


@blueprint.get("/away")
@needs(*rights.READ_AWAY)
def show_away() -> ResponseReturnValue:
    """Return the times nobody has taken note of yet, and what became of messages since."""
    gw = gateway()
    found = away.summary(gw.store.read)
    shown: dict[str, object] = {"clock_trusted": gw.clock_trusted(), "periods": []}
    if found is not None:
        shown["periods"] = [
            {
                "channel": r["name"],
                "from": told.moment(r["from_at"]),
                "until": told.moment(r["until_at"]),
            }
            for r in found.periods
        ]
    waiting = found.waiting if found else {}
    counts = {name: getattr(found, name, 0) for name in ("came_in", "expired", "left", "sent")}
    return answer(
        shown | counts | {"waiting": {Class(n).word: rows for n, rows in waiting.items()}}
    )
