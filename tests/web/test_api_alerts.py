"""Programs write alerts; people and other programs approve them."""

from typing import Any

import pytest

from gateway import broadcast, people, send
from gateway.context import Gateway
from gateway.people import Fields
from gateway.store import areas, audit, groups
from tests.web.conftest import Clock
from tests.web.programs import Program, add_channel, error

WHOLE: dict[str, Any] = {
    "texts": {"en": "Leave the river bank now.", "ne": "नदी किनार तुरुन्त छोड्नुहोस्।"},
    "audience": {"areas": ["NP0106"]},
    "class": "emergency",
    "expires": "2026-11-18T18:00:00+05:45",
}
PEOPLE = (("+15550100", "ne"), ("+15550101", "ne"), ("+15550102", "mai"), ("+15550103", None))


@pytest.fixture
def told(gw: Gateway) -> Gateway:
    """A gateway with a channel, a place, and four people who joined there."""
    add_channel(gw)

    def work(db: Any) -> None:
        areas.add(db, "NP0106", "Sunsari", "sunsari")
        for number, language in PEOPLE:
            fields = Fields(number, language, "NP0106", consent="in")
            people.add_contact(gw, db, "cli", fields, "import")

    gw.store.write(work)
    return gw


@pytest.fixture
def writer(told: Gateway) -> Program:
    return Program(told, "operator", "sita")


@pytest.fixture
def approver(told: Gateway) -> Program:
    return Program(told, "approver", "ram")


def state(program: Program, id: int = 1) -> Any:
    return program.get(f"/alerts/{id}").json


def test_an_alert_is_a_draft_with_a_preview(writer):
    found = writer.post("/alerts", WHOLE)
    assert found.status_code == 201
    assert found.json == {
        "id": 1,
        "state": "draft",
        "preview": {
            "people": 4,
            "by_language": [
                {"language": "ne", "people": 2, "parts": 1, "alphabet": "ucs2",
                 "falls_back_to": None},
                {"language": "en", "people": 1, "parts": 1, "alphabet": "gsm7",
                 "falls_back_to": None},
                {"language": "mai", "people": 1, "parts": 1, "alphabet": "gsm7",
                 "falls_back_to": "en"},
            ],
            "parts": 4,
            "cost": None,
            "finish": found.json["preview"]["finish"],
            "warnings": [],
        },
    }  # fmt: skip


def test_an_alert_goes_out_once_another_approved_it(told, writer, approver):
    writer.post("/alerts", WHOLE)
    assert writer.post("/alerts/1/submit").json["state"] == "submitted"
    assert error(approver.post("/alerts/1/approve")) == (422, "invalid", "people")
    assert error(approver.post("/alerts/1/approve", {"people": 3})) == (422, "invalid", "people")
    assert approver.post("/alerts/1/approve", {"people": 4}).json["state"] == "approved"
    while broadcast.advance(told):
        pass
    shown = state(writer)
    assert (shown["state"], shown["people"]) == ("running", 4)
    assert shown["counts"]["queued"] == 4
    assert shown["counts"].keys() == {
        "queued", "sent", "delivered", "failed", "expired", "withdrawn", "unknown",
    }  # fmt: skip
    assert "preview" not in shown
    decided = [(one["decision"], one["by"]) for one in shown["decisions"]]
    assert decided == [("submitted", "user:sita"), ("approved", "user:ram")]
    assert [m["alert"] for m in writer.get("/messages", alert=1).json["messages"]] == [1] * 4
    acts = [row["act"] for row in audit.page(told.store.read)]
    assert {"alert.create", "alert.submit", "alert.approve"} <= set(acts)


def test_nobody_approves_what_they_wrote_or_submitted(told, writer):
    herself = Program(told, "administrator", "ada")
    herself.post("/alerts", WHOLE)
    herself.post("/alerts/1/submit")
    assert error(herself.post("/alerts/1/approve", {"people": 4})) == (403, "two_people", "by")
    program = Program(told, "administrator")
    program.post("/alerts", WHOLE | {"texts": {"en": "Boil the water."}})
    program.post("/alerts/2/submit")
    assert error(program.post("/alerts/2/approve", {"people": 4})) == (403, "two_people", "by")
    assert [state(writer, id)["state"] for id in (1, 2)] == ["submitted", "submitted"]


def test_a_change_makes_it_a_draft_again(writer, approver):
    writer.post("/alerts", WHOLE)
    read = writer.post("/alerts/1/submit").json["hash"]
    changed = writer.patch("/alerts/1", {"texts": {"en": "Go to the school."}, "class": "high"})
    assert (changed.json["state"], changed.json["class"]) == ("draft", "high")
    assert changed.json["texts"] == {"en": "Go to the school."}
    assert changed.json["audience"]["areas"] == ["NP0106"]
    assert error(approver.post("/alerts/1/approve", {"people": 4}))[:2] == (409, "state")
    writer.post("/alerts/1/submit")
    stale = approver.post("/alerts/1/approve", {"people": 4, "hash": read})
    assert error(stale) == (409, "hash", "hash")


def test_an_alert_is_rejected_stopped_and_resumed(told, writer, approver):
    writer.post("/alerts", WHOLE)
    writer.post("/alerts/1/submit")
    assert error(approver.post("/alerts/1/reject")) == (422, "invalid", "reason")
    rejected = approver.post("/alerts/1/reject", {"reason": "Say which river."}).json
    assert (rejected["state"], rejected["decisions"][-1]["reason"]) == (
        "rejected",
        "Say which river.",
    )
    writer.patch("/alerts/1", {"expires": "2026-11-18T19:00:00+05:45"})
    writer.post("/alerts/1/submit")
    approver.post("/alerts/1/approve", {"people": 4})
    while broadcast.advance(told):
        pass
    assert writer.post("/alerts/1/stop").json["state"] == "stopped"
    assert state(writer)["counts"]["withdrawn"] == 4
    assert state(writer)["refused"] == {"alert stopped": 4}
    assert writer.post("/alerts/1/resume").json["state"] == "submitted"
    assert error(writer.post("/alerts/1/resume")) == (409, "state", "state")


WRONG = [
    ({"texts": {}}, "texts"),
    ({"texts": {"en": "bell \x07"}}, "texts.en"),
    ({"texts": {"en": "x" * 700}}, "texts.en"),
    ({"texts": {"no language at all": "x"}}, "texts.no language at all"),
    ({"texts": "Leave now"}, "texts"),
    ({"class": "urgent"}, "class"),
    ({"expires": "2026-11-18T18:00:00"}, "expires"),
    ({"expires": "2020-11-18T18:00:00Z"}, "expires"),
    ({"audience": {"areas": ["NP9999"]}}, "audience.areas"),
    ({"audience": {"groups": ["Nobody"]}}, "audience.groups"),
    ({"audience": {"area": ["NP0106"]}}, "audience.area"),
    ({"audience": {"areas": "NP0106"}}, "audience.areas"),
    ({"audience": {"languages": ["!"]}}, "audience.languages"),
    ({"channel": "nowhere"}, "channel"),
    ({"supersedes": 9}, "supersedes"),
    ({"exercise": "yes"}, "exercise"),
    ({"urgent": True}, "urgent"),
]


@pytest.mark.parametrize("changed, field", WRONG)
def test_what_is_wrong_is_named(told, writer, changed, field):
    assert error(writer.post("/alerts", WHOLE | changed)) == (422, "invalid", field)
    assert writer.get("/alerts").json == {"alerts": [], "next": None}


@pytest.mark.parametrize("missing", ["texts", "audience", "class", "expires"])
def test_what_is_missing_is_named(writer, missing):
    told = {name: value for name, value in WHOLE.items() if name != missing}
    assert error(writer.post("/alerts", told)) == (422, "invalid", missing)


def test_alerts_are_listed_newest_first(writer, clock: Clock):
    for n in range(3):
        writer.post("/alerts", WHOLE | {"texts": {"en": f"Text {n}."}})
    page = writer.get("/alerts", limit=2).json
    assert [alert["id"] for alert in page["alerts"]] == [3, 2]
    rest = writer.get("/alerts", limit=2, cursor=page["next"]).json
    assert [alert["id"] for alert in rest["alerts"]] == [1]
    assert rest["next"] is None


@pytest.mark.parametrize("act", ["submit", "stop", "resume"])
def test_an_alert_that_is_not_there_is_not_found(writer, act):
    assert error(writer.post(f"/alerts/9/{act}"))[:2] == (404, "not_found")
    assert error(writer.get("/alerts/9"))[:2] == (404, "not_found")
    assert error(writer.patch("/alerts/9", {}))[:2] == (404, "not_found")


def test_what_was_replaced_stays_replaced_though_the_newer_one_is_stopped(told, writer, approver):
    later = {"texts": {"en": "It was a mistake. You can stay."}, "supersedes": 1}
    for id, order in ((1, WHOLE), (2, WHOLE | later)):
        writer.post("/alerts", order)
        writer.post(f"/alerts/{id}/submit")
        approver.post(f"/alerts/{id}/approve", {"people": 4})
        while broadcast.advance(told):
            pass
    writer.post("/alerts/2/stop")
    send.prepare(told, told.channels.default(), 10, 1e9)
    assert state(writer, 1)["refused"] == {"superseded": 4}
    assert state(writer, 2)["refused"] == {"alert stopped": 4}
    refused = writer.post("/alerts/1/stop"), writer.post("/alerts/1/resume")
    assert (refused[0].status_code, error(refused[1])) == (200, (409, "state", "state"))
    assert "Alert 2 took the place" in refused[1].text
    assert writer.post("/alerts/2/resume").status_code == 200
    assert writer.get("/refused").json["refused"] == [
        {"channel": "sim", "class": "emergency", "reason": "alert stopped", "messages": 4},
        {"channel": "sim", "class": "emergency", "reason": "superseded", "messages": 4},
    ]


def test_a_group_is_found_however_its_letters_are_written(told, writer):
    told.store.write(lambda db: groups.join(db, groups.make(db, "École", False), 1))
    for name in ("École", "école", "ÉCOLE"):
        found = writer.post("/alerts", WHOLE | {"audience": {"groups": [name]}})
        assert (found.status_code, found.json["preview"]["people"]) == (201, 1)
