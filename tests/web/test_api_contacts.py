"""Programs bring people in, over a real store."""

import json
from typing import Any

import pytest

from gateway.context import Gateway
from gateway.store import areas, audit, consent, contacts
from tests.web.programs import Program, error

ONE = "+15550100"


@pytest.fixture
def program(gw: Gateway) -> Program:
    gw.store.write(lambda db: areas.add(db, "NP0106", "Sunsari", "sunsari"))
    return Program(gw, "operator")


def test_a_person_is_added_once_and_then_brought_up_to_date(gw, program):
    first = program.post("/contacts", {"address": "+1 555 0100", "language": "ne"})
    assert first.status_code == 201
    assert first.json == {
        "id": 1,
        "address": ONE,
        "addresses": [ONE],
        "language": "ne",
        "area": None,
        "groups": [],
        "consent": "pending",
        "created": "2026-11-18T11:06:40+00:00",
        "heard": None,
    }
    again = program.post(
        "/contacts",
        {"address": ONE, "area": "NP0106", "groups": ["Wash"], "consent": "in", "proof": "form 7"},
    )
    assert again.status_code == 200
    told: Any = again.json
    assert (told["id"], told["language"], told["area"]) == (1, "ne", "NP0106")
    assert (told["groups"], told["consent"]) == (["Wash"], "in")
    assert contacts.count(gw.store.read) == 1
    entry = consent.entries(gw.store.read, 1)[0]
    assert (entry["state"], entry["how"], entry["by"]) == ("in", "api", "token:program-operator")
    assert entry["proof"] == "form 7"
    trail = [dict(row) for row in audit.page(gw.store.read)]
    assert [row["act"] for row in trail] == ["contact.change", "contact.add"]
    assert ONE not in json.dumps(trail)


def test_who_left_stays_out_and_nothing_is_changed(gw, program):
    program.post("/contacts", {"address": ONE, "consent": "in"})
    program.patch("/contacts/1", {"consent": "out"})
    for told in ({"consent": "in"}, {"consent": "alerts"}, {"consent": "pending"}):
        refused = program.post("/contacts", {"address": ONE, "language": "fr", **told})
        assert error(refused) == (409, "left", "consent")
        assert error(program.patch("/contacts/1", told)) == (409, "left", "consent")
    kept: Any = program.get("/contacts/1").json
    assert (kept["consent"], kept["language"]) == ("out", None)
    assert program.patch("/contacts/1", {"language": "fr"}).json["language"] == "fr"


def test_a_change_leaves_the_rest_alone_and_null_takes_away(program):
    told = {"address": ONE, "language": "ne", "area": "NP0106", "groups": ["Wash"]}
    program.post("/contacts", told)
    changed: Any = program.patch("/contacts/1", {"language": None, "groups": ["Staff"]}).json
    assert (changed["language"], changed["area"], changed["groups"]) == (None, "NP0106", ["Staff"])


WRONG = [
    ({"address": "12"}, "address"),
    ({"address": "InfoRC"}, "address"),
    ({"address": 15550100}, "address"),
    ({"language": "Nepali please"}, "language"),
    ({"language": "xx"}, "language"),
    ({"area": "NP9999"}, "area"),
    ({"groups": "Wash"}, "groups"),
    ({"groups": ["x" * 61]}, "groups[0]"),
    ({"consent": "yes"}, "consent"),
    ({"name": "Maya"}, "name"),
]


@pytest.mark.parametrize("changed, field", WRONG)
def test_what_is_wrong_is_named_and_nobody_is_added(gw, program, changed, field):
    told = {"address": ONE} | changed
    assert error(program.post("/contacts", told)) == (422, "invalid", field)
    assert contacts.count(gw.store.read) == 0


def test_an_address_stays_what_it_is(program):
    program.post("/contacts", {"address": ONE})
    changed = program.patch("/contacts/1", {"address": "+15550101"})
    assert error(changed) == (422, "invalid", "address")


FILTERS = [
    ({}, [3, 2, 1]),
    ({"language": "ne"}, [1]),
    ({"area": "NP0106"}, [2]),
    ({"group": "Wash"}, [3]),
    ({"consent": "in"}, [2]),
    ({"address": "+15550101"}, [2]),
    ({"address": "+1555"}, [3, 2, 1]),
    ({"limit": 2}, [3, 2]),
    ({"limit": 2, "cursor": 2}, [1]),
]


@pytest.mark.parametrize("asked, ids", FILTERS)
def test_people_are_found_by_what_is_known_of_them(program, asked, ids):
    program.post("/contacts", {"address": ONE, "language": "ne"})
    program.post("/contacts", {"address": "+15550101", "area": "NP0106", "consent": "in"})
    program.post("/contacts", {"address": "+15550102", "groups": ["Wash"]})
    assert [one["id"] for one in program.get("/contacts", **asked).json["contacts"]] == ids


def test_nobody_is_not_found(program):
    assert error(program.get("/contacts/9")) == (404, "not_found", None)
    assert error(program.patch("/contacts/9", {})) == (404, "not_found", None)
