"""How long work looks to programs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.web.api.shapes import Given, Limit, Time

JobId = Annotated[int, Meta(ge=1, le=2**62)]
JobState = Literal["waiting", "running", "done", "stopped", "failed"]


class Job(msgspec.Struct, kw_only=True):
    """Long work and how far it is; `total` is null where nobody knows how much there is.

    `result` counts what came of it so far; `alert` is the alert that is being sent, if it is one.
    """

    id: int
    kind: str
    state: JobState
    done: int
    total: int | None
    result: dict[str, int | str]
    alert: int | None
    by: str
    created: Time
    changed: Time


class RefusedLine(msgspec.Struct):
    """A line of a list that could not be taken, and why."""

    line: int
    reason: str


class OneJob(Job, kw_only=True):
    """A job with the first hundred lines it refused; `result` counts all of them."""

    refused: list[RefusedLine]


class Jobs(msgspec.Struct):
    jobs: list[Job]
    next: int | None


class JobQuery(Given):
    limit: Limit = 25
    cursor: JobId = 2**62
