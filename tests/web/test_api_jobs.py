"""Long work, as programs see it: how far it is, what it refused, and a way to stop it."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway import background, broadcast, imports
from gateway.context import Gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.store import audit, jobs
from tests.web.programs import Program, add_channel, error

LIST = b"address\n+447700900900\nnobody\n"
MINE, THEIRS = "token:program-operator", "user:sita"
ROLES_AND_SIGHTS = [
    ("operator", [MINE]),
    ("field_staff", []),
    ("administrator", [MINE, THEIRS]),
    ("auditor", [MINE, THEIRS]),
]


def told(answer: TestResponse) -> Any:
    return answer.json


def start(gw: Gateway, by: str = MINE) -> int:
    return imports.start(gw, by, "contacts", LIST)


def state(gw: Gateway, job: int) -> str:
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    return str(row["state"])


@pytest.mark.parametrize("role, sees", ROLES_AND_SIGHTS)
def test_a_token_sees_its_own_jobs_and_who_answers_for_all_sees_all(
    gw: Gateway, role: str, sees: list[str]
) -> None:
    ids = {by: start(gw, by) for by in (MINE, THEIRS)}
    program = Program(gw, role)
    shown = told(program.get("/jobs"))
    assert {job["by"] for job in shown["jobs"]} == set(sees)
    for by, id in ids.items():
        status = program.get(f"/jobs/{id}").status_code
        assert (status == 200) == (by in sees)


def test_a_token_of_a_person_sees_what_that_person_began(gw: Gateway) -> None:
    id = start(gw, THEIRS)
    assert told(Program(gw, "operator", "sita").get(f"/jobs/{id}"))["by"] == THEIRS


def test_a_job_tells_what_came_of_it_and_what_it_refused(gw: Gateway) -> None:
    id, program = start(gw), Program(gw, "operator")
    before = told(program.get(f"/jobs/{id}"))
    assert (before["state"], before["done"], before["refused"]) == ("waiting", 0, [])
    background.run(gw, id)
    after = told(program.get(f"/jobs/{id}"))
    assert (after["kind"], after["state"]) == ("import_contacts", "done")
    assert after["done"] == after["total"] > 0
    assert (after["result"]["new"], after["result"]["refused"]) == (1, 1)
    assert [line["line"] for line in after["refused"]] == [3]
    assert after["alert"] is None
    assert after.keys() - {"refused"} == told(program.get("/jobs"))["jobs"][0].keys()


def test_jobs_come_by_pages_the_newest_first(gw: Gateway) -> None:
    ids, program = [start(gw) for _ in range(3)], Program(gw, "operator")
    first = told(program.get("/jobs", limit="2"))
    assert [job["id"] for job in first["jobs"]] == [ids[2], ids[1]]
    second = told(program.get("/jobs", limit="2", cursor=first["next"]))
    assert ([job["id"] for job in second["jobs"]], second["next"]) == ([ids[0]], None)


def test_who_began_a_job_or_an_administrator_stops_it(gw: Gateway) -> None:
    mine, theirs = start(gw), start(gw, THEIRS)
    assert told(Program(gw, "operator").post(f"/jobs/{mine}/stop"))["state"] == "stopped"
    entry = audit.page(gw.store.read)[0]
    assert (entry["by"], entry["act"]) == (MINE, "job.stop")
    assert error(Program(gw, "auditor").post(f"/jobs/{theirs}/stop")) == (403, "forbidden", None)
    assert state(gw, theirs) == "waiting"
    assert told(Program(gw, "administrator").post(f"/jobs/{theirs}/stop"))["state"] == "stopped"


def test_what_cannot_be_stopped_says_why(gw: Gateway) -> None:
    program, id = Program(gw, "administrator"), start(gw)
    background.run(gw, id)
    assert error(program.post(f"/jobs/{id}/stop")) == (409, "state", "state")
    assert error(program.post("/jobs/99/stop")) == (404, "not_found", None)
    assert error(Program(gw, "field_staff").post(f"/jobs/{id}/stop"))[0] == 404


def test_the_sending_of_an_alert_is_stopped_as_the_alert(gw: Gateway) -> None:
    add_channel(gw)
    draft = Draft({"en": "hello"}, Audience(), Class.HIGH, gw.clock() + 86400)
    alert = broadcast.create(gw, "user:sita", draft)
    id = gw.store.write(
        lambda db: jobs.add(
            db, "alert", "user:sita", gw.clock(), None, 5, str(alert), {"link": "x"}
        )
    )
    program = Program(gw, "administrator")
    shown = told(program.get(f"/jobs/{id}"))
    assert (shown["alert"], shown["result"]) == (alert, {})
    assert error(program.post(f"/jobs/{id}/stop")) == (422, "invalid", "kind")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "x"}, {"cursor": "0"}, {"by": "x"}])
def test_a_wrong_question_is_named(gw: Gateway, query: dict[str, str]) -> None:
    status, code, field = error(Program(gw, "operator").get("/jobs", **query))
    assert (status, code, field) == (422, "invalid", next(iter(query)))


def test_an_id_that_is_too_large_is_none(gw: Gateway) -> None:
    assert Program(gw, "operator").get(f"/jobs/{10**30}").status_code == 404
