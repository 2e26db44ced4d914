"""What the gate held, withheld or let pass on a day, for programs."""

from flask.typing import ResponseReturnValue

from gateway import gate
from gateway.domain.messages import Class
from gateway.store import refused
from gateway.web.api import rights
from gateway.web.api.door import answer, blueprint, gateway, needs, query
from gateway.web.api.shapes import RefusedQuery


@blueprint.get("/refused")
@needs(*rights.READ_REFUSED)
def show_refused() -> ResponseReturnValue:
    """Return how many messages were held, withheld or let pass on a day, or today."""
    gw, asked = gateway(), query(RefusedQuery)
    day = asked.day or gate.today(gw, gw.clock())
    found = [
        {
            "channel": row["channel"],
            "class": Class(row["class"]).word,
            "reason": row["reason"],
            "messages": row["rows"],
        }
        for row in refused.each_of_day(gw.store.read, day)
    ]
    return answer({"day": day, "refused": found})
