"""Which channel carries a message, whether that channel works, and where to when it does not."""

from gateway.domain.routing import Asked
from gateway.routes.choosing import Router
from gateway.routes.health import NO_WORKER, Down, down, hear, remember, unserved
from gateway.routes.moving import Places, Turns, lead_back, move_on
from gateway.routes.rules import Said, forget, said, say

__all__ = [
    "NO_WORKER",
    "Asked",
    "Down",
    "Places",
    "Router",
    "Said",
    "Turns",
    "down",
    "forget",
    "hear",
    "lead_back",
    "move_on",
    "remember",
    "said",
    "say",
    "unserved",
]
