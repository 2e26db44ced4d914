"""The pages of long work: who sees which job, who may stop it, and who may fetch its file."""

import csv
import io
from collections.abc import Callable

import pytest

from gateway import background, broadcast, imports
from gateway.background import exports
from gateway.context import Gateway
from gateway.store import audit, jobs
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import fill

Sit = Callable[[str], Browser]

LIST = b"address\n+447700900900\n"


@pytest.fixture(autouse=True)
def rows(gw: Gateway) -> None:
    fill(gw, NOW)


def state(gw: Gateway, job: int) -> str:
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    return str(row["state"])


def test_people_see_their_own_jobs_and_who_answers_for_all_sees_all(sit: Sit, gw: Gateway) -> None:
    job = imports.start(gw, "user:sita", "contacts", LIST)
    at = f'href="/jobs/{job}"'
    for role, sees in (("operator", True), ("administrator", True), ("auditor", True)):
        assert (at in sit(role).get("/jobs").text) == sees
    assert at not in sit("field_staff").get("/jobs").text
    assert sit("field_staff").get(f"/jobs/{job}").status_code == 404


def test_who_began_a_job_or_an_administrator_stops_it(sit: Sit, gw: Gateway) -> None:
    mine, theirs, third = (imports.start(gw, "user:sita", "contacts", LIST) for _ in range(3))
    seat = sit("operator")
    assert "Stop this job" in seat.get(f"/jobs/{mine}").text
    seat.post(f"/jobs/{mine}/stop", {}, page=f"/jobs/{mine}")
    assert state(gw, mine) == "stopped"
    assert "Stop this job" not in seat.get(f"/jobs/{mine}").text
    sit("administrator").post(f"/jobs/{theirs}/stop", {}, page=f"/jobs/{theirs}")
    assert state(gw, theirs) == "stopped"
    assert "Stop this job" not in sit("auditor").get(f"/jobs/{third}").text
    assert sit("auditor").post(f"/jobs/{third}/stop", {}, page="/jobs").status_code == 403
    assert state(gw, third) == "waiting"


def test_a_large_list_becomes_a_job_whose_file_is_fetched(
    sit: Sit, gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 10)
    seat = sit("administrator")
    answer = seat.post("/contacts/export", {}, page="/contacts")
    path = answer.headers["Location"]
    job = int(path.rpartition("/")[2])
    assert seat.get(f"{path}/file").status_code == 404
    background.run(gw, job)
    assert f'href="{path}/file"' in seat.get(path).text
    found = seat.get(f"{path}/file")
    assert found.headers["Content-Disposition"] == "attachment; filename=contacts.csv"
    assert len(list(csv.DictReader(io.StringIO(found.get_data().decode("utf-8-sig"))))) == 30
    found.close()
    assert len(audit.page(gw.store.read, act="contacts.export.fetch")) == 1
    assert sit("auditor").get(f"{path}/file").status_code == 403
    exports.forget(gw, job)
    assert "deleted because of its age" in seat.get(path).text


def test_a_small_table_of_feedback_goes_out_at_once_without_numbers(sit: Sit, gw: Gateway) -> None:
    answer = sit("operator").post("/feedback/export", {}, page="/feedback")
    table = answer.get_data().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(table)))) == 60
    assert "447700" not in table
    assert sit("auditor").post("/feedback/export", {}, page="/feedback").status_code == 403


def test_the_page_of_deleting_by_age_says_what_went_in_words(sit: Sit, gw: Gateway) -> None:
    job = gw.store.write(
        lambda db: jobs.add(db, "retention", "system", NOW, None, 12, None, {"words_in": 7})
    )
    page = sit("administrator").get(f"/jobs/{job}").text
    assert "Delete what is old" in page
    assert "Messages to us emptied</dt><dd>7" in page


def test_an_alert_that_is_sent_is_a_job_that_leads_to_the_alert(sit: Sit, gw: Gateway) -> None:
    row = gw.store.read.execute("SELECT id FROM alert LIMIT 1").fetchone()
    gw.store.write(
        lambda db: db.execute(
            "UPDATE alert SET state = 'approved', expires_at = ?, expanded_to = 0,"
            " expand_until = 30, approved_at = ?, channel = NULL WHERE id = ?",
            (NOW + 9000, NOW, row["id"]),
        )
    )
    broadcast.advance(gw)
    (job,) = [job for job in jobs.unfinished(gw.store.read) if job["kind"] == "alert"]
    page = sit("administrator").get(f"/jobs/{job['id']}").text
    assert f'href="/alerts/{row["id"]}"' in page
    assert "Stop this job" not in page
    broadcast.advance(gw)
    assert state(gw, job["id"]) == "done"
    for path in ("/jobs", f"/jobs/{job['id']}"):
        page = sit("administrator").get(path).text
        assert "100 %" in page
        assert "of 30 done" not in page
