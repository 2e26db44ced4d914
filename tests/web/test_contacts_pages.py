"""Contacts, groups and areas on the pages: masked, corrected, brought in and taken out."""

import csv
import io
import re
import sqlite3
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from gateway import imports
from gateway.context import Gateway
from gateway.setup import load_demo
from gateway.store import audit, consent, contacts
from tests.web.conftest import NOW
from tests.web.people import NAMES, Browser, csrf_of

Sit = Callable[[str], Browser]


@pytest.fixture
def gw(gw: Gateway) -> Gateway:
    """The gateway with 60 people in four places, +447700900000 to 059."""
    load_demo(gw)
    return gw


def numbers(page: str) -> list[str]:
    return re.findall(r'<bdi class="code">(\*\*\*\d+)</bdi>', page)


def upload(seat: Browser, path: str, page: str, data: bytes) -> TestResponse:
    token = csrf_of(seat.get(page))
    fields = {"csrf": token, "file": (io.BytesIO(data), "people.csv")}
    return seat.client.post(path, data=fields)


def leave(gw: Gateway, address: int) -> None:
    def work(db: sqlite3.Connection) -> None:
        key = gw.numbers.of(contacts.by_address(db, address).value)
        consent.record(db, number_key=key, address=address, state="out", how="message", now=NOW)

    gw.store.write(work)


@pytest.mark.parametrize(
    "query, people",
    [
        ("", 25),
        ("?area=ZZ0101", 20),
        ("?area=ZZ01&language=ne", 8),
        ("?group=Exercise", 5),
        ("?language=sw", 12),
        ("?consent=out", 0),
        ("?area=NOWHERE", 0),
    ],
)
def test_contacts_are_found(sit: Sit, query: str, people: int) -> None:
    assert len(numbers(sit("operator").get(f"/contacts{query}").text)) == people


@pytest.mark.parametrize("number, people", [("+44770090001", 10), ("+447700900", 25), ("+15", 0)])
def test_a_number_is_looked_for_and_stands_in_no_address(
    sit: Sit, number: str, people: int
) -> None:
    page = sit("operator").post("/contacts/find", {"number": number}, page="/contacts")
    assert (page.status_code, len(numbers(page.text))) == (200, people)
    addresses = [piece.split('"')[0] for piece in page.text.split('href="')[1:]]
    assert not [one for one in addresses if number[1:] in one and not one.startswith("data:")]


def test_contacts_come_25_at_a_time(sit: Sit) -> None:
    seat = sit("operator")
    seen: list[str] = []
    path = "/contacts?language="
    while path:
        page = seat.get(path).text
        seen += numbers(page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further[1] if further else ""
    assert len(seen) == len(set(seen)) == 60


def test_a_number_is_masked_until_somebody_asks_and_is_written_down(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    for path in ("/contacts", "/contacts/8", "/groups/1"):
        assert "+4477009" not in seat.get(path).text
    page = seat.post("/contacts/8/number", {}, page="/contacts/8").text
    assert "+447700900007" in page
    (entry,) = audit.page(gw.store.read, act="contact.number")
    assert (entry["by"], entry["subject"]) == ("user:sita", "contact:8")


def test_an_auditor_reads_without_numbers_and_cannot_try_them(sit: Sit) -> None:
    seat = sit("auditor")
    found = seat.post("/contacts/find", {"number": "+44770090001"}, page="/contacts")
    assert found.status_code == 403
    assert len(numbers(seat.get("/contacts?number=%2B44770090001").text)) == 25
    assert seat.post("/contacts/8/number", {}, page="/").status_code == 403


def test_a_person_is_corrected(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    fields = {"language": "ne", "area": "hillside", "groups": "Nurses\n\nDrill"}
    assert seat.post("/contacts/8", fields, page="/contacts/8").status_code == 303
    row = contacts.get(gw.store.read, 8)
    assert row is not None
    assert (row["language"], row["pcode"]) == ("ne", "ZZ02")
    assert contacts.groups_of(gw.store.read, 8) == ["Drill", "Nurses"]
    answer = seat.post("/contacts/8", fields | {"area": "Atlantis"}, page="/contacts/8")
    assert answer.status_code == 409
    assert "No area has this P-code." in answer.text
    assert 'value="Atlantis"' in answer.text


def test_one_person_is_added_and_has_not_joined_yet(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    fields = {"address": "+44 7700 900 200", "tongue": "ne", "place": "hillside"}
    answer = seat.post("/contacts", fields, page="/contacts")
    page = seat.get(answer.headers["Location"]).text
    assert "Written down, not joined yet" in page
    assert "ZZ02" in page
    assert "***200" in page
    assert seat.post("/contacts", fields, page="/contacts").headers["Location"].endswith("/61")
    assert contacts.count(gw.store.read) == 61
    answer = seat.post("/contacts", fields | {"address": "nobody"}, page="/contacts")
    assert answer.status_code == 409
    assert "cannot be a contact" in answer.text


def test_only_the_person_can_come_back(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    fields = {"consent": "alerts", "proof": "form 12"}
    assert seat.post("/contacts/8/consent", fields, page="/contacts/8").status_code == 303
    page = seat.get("/contacts/8").text
    assert "form 12" in page
    assert "told staff" in page
    leave(gw, 8)
    answer = seat.post("/contacts/8/consent", {"consent": "in"}, page="/contacts/8")
    assert answer.status_code == 409
    assert "Only their own message" in answer.text
    assert contacts.by_address(gw.store.read, 8).consent == "out"


def test_the_last_messages_hide_what_is_sensitive(sit: Sit, gw: Gateway) -> None:
    def talk(db: sqlite3.Connection) -> None:
        for n, text in enumerate(("The bridge is down", "Somebody was hurt")):
            db.execute(
                "INSERT INTO inbound (channel, reference, address, sender, recipient, text,"
                " received_at, decision) VALUES (1, ?, 8, 'x', '4040', ?, ?, 'feedback')",
                (f"r{n}", text, NOW),
            )
        db.execute(
            "INSERT INTO feedback (reference, inbound, address, channel, text, type, sensitive,"
            " created_at, updated_at) VALUES ('A2', 2, 8, 1, 'x', 'sensitive', 1, ?, ?)",
            (NOW, NOW),
        )
        for feedback, inbound, text in ((1, None, "We told them"), (None, 2, "We have it")):
            db.execute(
                "INSERT INTO outbox (address, recipient, channel, class, due_at, text, parts,"
                " alphabet, feedback, inbound, created_at)"
                " VALUES (8, 'x', 1, 2, 0, ?, 1, 'gsm7', ?, ?, ?)",
                (text, feedback, inbound, NOW),
            )

    gw.store.write(talk)
    for role in ("operator", "administrator"):
        page = sit(role).get("/contacts/8").text
        assert "The bridge is down" in page
        for hidden in ("Somebody was hurt", "We told them", "We have it", "A2"):
            assert hidden not in page


def test_a_list_is_brought_in_as_a_job(sit: Sit, gw: Gateway) -> None:
    leave(gw, 8)
    seat = sit("operator")
    data = b"address;consent\n+447700900007;in\n+447700900100;in\nnobody;in\n"
    answer = upload(seat, "/contacts/import", "/contacts/import", data)
    assert answer.status_code == 303
    job = answer.headers["Location"]
    assert "It waits for its turn" in seat.get(job).text
    imports.run(gw, int(job.rpartition("/")[2]))
    page = " ".join(seat.get(job).text.split())
    assert "1 line was refused" in page
    assert '<th scope="row">4</th>' in page
    for label in ("New ones", "Left before, so they stay out", "Refused"):
        assert f"<dt>{label}</dt><dd>1</dd>" in page


@pytest.mark.parametrize("data, said", [(b"", "empty"), (b"name\nx\n", "must be address")])
def test_what_is_no_list_is_told(sit: Sit, data: bytes, said: str) -> None:
    answer = upload(sit("operator"), "/contacts/import", "/contacts/import", data)
    assert answer.status_code == 409
    assert said in answer.text


def test_no_file_is_told(sit: Sit) -> None:
    answer = sit("operator").post("/contacts/import", {}, page="/contacts/import")
    assert answer.status_code == 409
    assert "Choose a file first." in answer.text


def test_the_list_that_goes_out_is_harmless_and_comes_in_again(sit: Sit, gw: Gateway) -> None:
    gw.store.write(lambda db: contacts.join_groups(db, 8, ["=cmd|' /C calc'!A0"]))
    answer = sit("administrator").post("/contacts/export", {}, page="/contacts")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 60
    assert rows[7]["address"] == "'+447700900007"
    assert {row["consent"] for row in rows} == {"in"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]
    assert [row["by"] for row in audit.page(gw.store.read, act="contacts.export")] == ["user:ada"]
    job = imports.start(gw, "user:ada", "contacts", answer.get_data())
    imports.run(gw, job)
    assert contacts.count(gw.store.read) == 60


def test_a_group_is_made_filled_emptied_and_marked(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    answer = seat.post("/groups", {"name": "  Boat   owners "}, page="/groups")
    path = answer.headers["Location"]
    assert "Boat owners" in seat.get("/groups").text
    assert seat.post(f"{path}/add", {"number": "+447700900007"}, page=path).status_code == 303
    assert numbers(seat.get(path).text) == ["***007"]
    for number, said in (("+447700900999", "Bring them in first"), ("boat", "cannot be a contact")):
        answer = seat.post(f"{path}/add", {"number": number}, page=path)
        assert answer.status_code == 409
        assert said in answer.text
    seat.post(f"{path}/exercise", {}, page=path)
    assert "Exercises go to this group." in seat.get(path).text
    seat.post(f"{path}/remove", {"contact": "8"}, page=path)
    assert numbers(seat.get(path).text) == []
    assert seat.post("/groups", {"name": " "}, page="/groups").status_code == 409


def test_making_a_group_anew_changes_nothing_of_the_one_there_is(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    seat.post("/groups", {"name": "Homes"}, page="/groups")
    again = seat.post("/groups", {"name": "homes", "exercise": "1"}, page="/groups")
    assert (again.status_code, "of this name already" in again.text) == (409, True)
    marked = "SELECT count(*) FROM groups WHERE name = 'Homes' AND exercise = 0"
    assert gw.store.read.execute(marked).fetchone()[0] == 1


def test_a_groups_name_does_not_part_in_two_in_a_list(sit: Sit) -> None:
    page = sit("operator").post("/groups", {"name": "A|Exercise"}, page="/groups")
    assert (page.status_code, "and no |" in page.text) == (409, True)


def test_areas_are_found_and_brought_in(sit: Sit, gw: Gateway) -> None:
    seat = sit("administrator")
    assert "ZZ0101" in seat.get("/areas?text=upper").text
    assert "ZZ0101" not in seat.get("/areas?text=lower").text
    assert "Hillside" in seat.get("/areas?text=ZZ02").text
    assert ">40</td>" in seat.get("/areas?text=riverside").text
    answer = upload(
        seat, "/areas", "/areas", b"pcode,name,parent\nZZ03,Delta,\nZZ0301,Mouth,ZZ03\n"
    )
    imports.run(gw, int(answer.headers["Location"].rpartition("/")[2]))
    assert "Mouth" in seat.get("/areas?text=mouth").text
    assert upload(seat, "/areas", "/areas", b"x\n").status_code == 409


def test_people_of_an_area_are_counted_so_far_and_no_further(sit: Sit, gw: Gateway) -> None:
    many = """
        INSERT INTO contact (area, created_at)
        WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10000)
        SELECT (SELECT id FROM area WHERE pcode = 'ZZ02'), 0 FROM t"""
    gw.store.write(lambda db: db.execute(many))
    assert ">10,000+</td>" in sit("administrator").get("/areas?text=ZZ02").text


def test_areas_come_25_at_a_time(sit: Sit, gw: Gateway) -> None:
    rows = [(f"YY{n:03}", f"Ward {n}") for n in range(30)]
    sql = "INSERT INTO area (pcode, name) VALUES (?, ?)"
    gw.store.write(lambda db: db.executemany(sql, rows))
    page = sit("operator").get("/areas").text
    further = re.search(r'rel="next" href="([^"]+)"', page)
    assert further
    assert page.count('<bdi class="code">') == 25
    assert sit("operator").get(further[1].replace("&amp;", "&")).text.count('class="code"') == 9


@pytest.mark.parametrize("role", NAMES)
def test_each_role_may_do_its_part_only(sit: Sit, role: str) -> None:
    seat = sit(role)
    works = role in ("operator", "administrator")
    reads = works or role == "auditor"
    for path in ("/contacts", "/contacts/8", "/groups", "/groups/1"):
        assert (seat.get(path).status_code == 200) == reads, path
    assert seat.get("/areas").status_code == 200
    acts = ("", "/8", "/8/consent", "/8/number", "/import")
    groups = ("", "/1/add", "/1/remove", "/1/exercise")
    for path in (*(f"/contacts{act}" for act in acts), *(f"/groups{act}" for act in groups)):
        assert (seat.post(path, {}, page="/").status_code != 403) == works, path
    for path in ("/contacts/export", "/areas"):
        status = seat.post(path, {}, page="/").status_code
        assert (status != 403) == (role == "administrator"), path
