"""Lists of contacts and areas: every line counts, a bad one says so, leavers stay out."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from gateway import imports
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Refused
from gateway.engine.jobs import Jobs
from gateway.settings import Settings
from gateway.store import areas, consent, contacts, create, jobs

NOW = 1_795_000_000.0
BY = "user:sita"


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    values = {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for a test", "GATEWAY_REGION": "GB"}
    settings = Settings.load(values)
    create(settings.store)
    made = open_gateway(settings)
    made.clock = lambda: NOW
    made.store.write(lambda db: areas.add(db, "NP01", "Koshi", "koshi"))
    yield made
    made.store.close()


def bring(gw: Gateway, data: str | bytes, kind: str = "contacts") -> sqlite3.Row:
    """Import a list and return the job at its end."""
    job = imports.start(gw, BY, kind, data.encode() if isinstance(data, str) else data)
    imports.run(gw, job)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert row["state"] == "done"
    return row


def came(row: sqlite3.Row) -> dict[str, object]:
    found = json.loads(row["result"])
    assert isinstance(found, dict)
    return found


def refusals(gw: Gateway, row: sqlite3.Row) -> dict[int, str]:
    return {r["line"]: r["reason"] for r in jobs.refusals(gw.store.read, row["id"])}


def person(gw: Gateway, number: int) -> contacts.Person:
    found = contacts.by_value(gw.store.read, f"+447700900{number:03}")
    assert found is not None
    return found


LISTS = {
    "comma": "address,language,groups\n+447700900001,ne,Héros|Nurses\n".encode(),
    "semicolon": "Address;LANGUAGE;Groups\r\n+447700900001;ne;Héros|Nurses\r\n".encode(),
    "tab": "address\tlanguage\tgroups\r+447700900001\tne\tHéros|Nurses".encode(),
    "mark": "\ufeffgroups,address,language\nHéros|Nurses,'+447700900001,nep".encode(),
    "utf-16": "address,language,groups\n+447700900001,ne,Héros|Nurses".encode("utf-16"),
    "utf-16 unmarked": "address,language,groups\n+447700900001,ne,Héros|Nurses".encode("utf-16-le"),
    "latin-1": "address,language,groups\n+447700900001,ne,Héros|Nurses\n".encode("latin-1"),
    "quotes": '"address","language","groups"\n" +44 7700 900001 ","ne","Héros | Nurses"'.encode(),
    "at home": "address,language,groups\n07700 900001,ne,Héros|Nurses\n\n".encode(),
}


@pytest.mark.parametrize("data", LISTS.values(), ids=LISTS)
def test_a_list_is_read_however_it_was_saved(gw: Gateway, data: bytes) -> None:
    row = bring(gw, data)
    latin = {"encoding": "latin-1"} if data == LISTS["latin-1"] else {}
    assert came(row) == {"new": 1} | latin
    found = person(gw, 1)
    assert (found.language, found.consent) == ("ne", "pending")
    assert contacts.groups_of(gw.store.read, found.contact) == ["Héros", "Nurses"]


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"name,language\nx,ne\n", "one of them must be address"),
        (b"address,langauge\n1,ne\n", "column langauge"),
        (b"address,address\n1,2\n", "twice"),
        (b"PK\x03\x04\x00\x00\x08\x00 a spreadsheet", "one of them must be address"),
        ("address\n".encode("utf-16") + b"\x00\xd8\x00", "not a table of text"),
        (b"address\n" + b"x" * imports.LARGEST, "larger than 20 MB"),
    ],
)
def test_what_is_no_list_is_refused_whole(gw: Gateway, data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        imports.start(gw, BY, "contacts", data)
    assert jobs.waiting(gw.store.read, imports.KINDS) == []


def test_a_bad_line_stops_nothing_but_itself(gw: Gateway) -> None:
    lines = [
        "address,language,area,consent",
        "+447700900001,ne,NP01,in",
        "nobody,ne,NP01,in",
        ",ne,,",
        "+447700900002,not a tag,,",
        "+447700900003,ne,XX99,",
        "+447700900004,ne,,maybe",
        '"+447700900005,ne,,',
        "",
        "+447700900006,ne,NP01,in,too,many",
        "+447700900007" + "x" * 1000,
        "+447700900008,,,ALERTS",
    ]
    row = bring(gw, "\n".join(lines))
    assert came(row) == {"new": 2, "refused": 8}
    assert list(refusals(gw, row)) == [3, 4, 5, 6, 7, 8, 10, 11]
    assert (row["done"], row["total"]) == (11, 11)
    assert person(gw, 1).consent == "in"
    assert person(gw, 8).consent == "alerts"
    told = " ".join(refusals(gw, row).values())
    assert "7700" not in told


def test_a_tag_that_no_language_has_leaves_out_its_own_line(gw: Gateway) -> None:
    tags = ["lgg", "npi", "ff-Adlm", "xx", "qqq", "zxx"]
    lines = [f"+44770090000{n},{tag}" for n, tag in enumerate(tags)]
    row = bring(gw, "\n".join(["address,language", *lines]))
    assert [person(gw, n).language for n in range(3)] == tags[:3]
    said = "No language has this tag. Write the code of one, as ne, luo or pt-MZ."
    assert refusals(gw, row) == {5: said, 6: said, 7: said}


def test_whoever_left_stays_out_and_is_counted(gw: Gateway) -> None:
    bring(gw, "address,consent\n+447700900001,in\n+447700900002,in\n")
    left = person(gw, 1)
    key = gw.numbers.of(left.value)
    gw.store.write(
        lambda db: consent.record(
            db, number_key=key, address=left.address, state="out", how="message", now=NOW
        )
    )
    row = bring(gw, "address,consent\n+447700900001,in\n+447700900002,in\n+447700900003,in\n")
    assert came(row) == {"left": 1, "same": 1, "new": 1}
    assert person(gw, 1).consent == "out"


def test_a_second_list_changes_what_it_says_and_nothing_else(gw: Gateway) -> None:
    bring(gw, "address,language,area,groups\n+447700900001,ne,NP01,Nurses\n")
    row = bring(gw, "address,groups,language\n+447700900001,NURSES|Drill,\n")
    assert came(row) == {"changed": 1}
    found = person(gw, 1)
    assert found.language == "ne"
    assert found.area is not None
    assert contacts.groups_of(gw.store.read, found.contact) == ["Drill", "Nurses"]
    assert came(bring(gw, "address,groups\n+447700900001,drill\n")) == {"same": 1}


def test_the_ledger_says_who_brought_it_and_the_proof(gw: Gateway) -> None:
    bring(gw, "address,consent,proof\n+447700900001,in,form 12\n")
    (entry,) = consent.entries(gw.store.read, person(gw, 1).address)
    assert (entry["how"], entry["by"], entry["proof"]) == ("import", BY, "form 12")


def many(n: int) -> bytes:
    return ("address,consent\n" + "".join(f"+447700900{i:03},in\n" for i in range(n))).encode()


class PowerCut(Exception):
    pass


def test_a_cut_job_goes_on_where_it_was_and_does_no_line_twice(gw: Gateway) -> None:
    job = imports.start(gw, BY, "contacts", many(400) + b"not a number,in\n")

    def cut(done: int, total: int) -> None:
        if done >= 200:
            raise PowerCut

    with pytest.raises(PowerCut):
        imports.run(gw, job, cut)
    half = jobs.by_id(gw.store.read, job)
    assert half is not None
    assert (half["state"], half["done"], half["total"]) == ("running", 200, 401)
    assert jobs.waiting(gw.store.read, imports.KINDS) == [job]
    imports.run(gw, job)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert came(row) == {"new": 400, "refused": 1}
    assert list(refusals(gw, row)) == [402]
    assert contacts.count(gw.store.read) == 400


ANOTHER_PROCESS = """
import sys
from gateway import imports
from gateway.context import open_gateway
from gateway.settings import Settings

gw = open_gateway(Settings.load())
imports.run(gw, int(sys.argv[1]), lambda done, total: print(done, flush=True))
"""


def test_a_process_that_is_killed_loses_no_line_and_does_none_twice(gw: Gateway) -> None:
    lines = "".join(f"+4477009{n:05},in\n" for n in range(3000))
    job = imports.start(gw, BY, "contacts", f"address,consent\n{lines}".encode())
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(job)]
    environ = {**os.environ, **gw.settings.values}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        process.kill()
    half = jobs.by_id(gw.store.read, job)
    assert half is not None
    assert 150 <= half["done"] < 3000
    assert contacts.count(gw.store.read) == half["done"]
    imports.run(gw, job)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert came(row) == {"new": 3000}
    assert contacts.count(gw.store.read) == 3000


def test_two_who_run_one_job_do_each_line_once(gw: Gateway) -> None:
    job = imports.start(gw, BY, "contacts", many(300))

    def other(done: int, total: int) -> None:
        if done == 100:
            imports.run(gw, job)

    imports.run(gw, job, other)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert came(row) == {"new": 300}
    assert contacts.count(gw.store.read) == 300


def test_the_list_itself_is_forgotten_at_the_end(gw: Gateway) -> None:
    row = bring(gw, many(3))
    assert jobs.input_of(gw.store.read, row["id"]) == b""


def test_the_engine_does_what_waits_and_stops_between_two_chunks(gw: Gateway) -> None:
    job = imports.start(gw, BY, "contacts", many(400))
    stopping = Event()
    thread = Jobs(gw, stopping)
    thread.start()
    for _ in range(200):
        row = jobs.by_id(gw.store.read, job)
        if row is not None and row["state"] == "done":
            break
        stopping.wait(0.05)
    stopping.set()
    thread.wake()
    thread.join(5)
    assert not thread.is_alive()
    assert contacts.count(gw.store.read) == 400


def test_a_job_that_breaks_ends_as_failed_and_tells_no_number(gw: Gateway, caplog) -> None:
    job = imports.start(gw, BY, "contacts", many(1))
    gw.store.write(lambda db: db.execute("DROP INDEX consent_number"))
    gw.store.write(lambda db: db.execute("ALTER TABLE consent RENAME TO lost"))
    Jobs(gw, Event())._do(job)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert row["state"] == "failed"
    assert "7700" not in caplog.text


AREAS = (
    "pcode,name,parent,level,timezone,languages,other names\n"
    "NP0106,Sunsari,NP01,2,Asia/Kathmandu,ne|mai,सुनसरी|Sunsary\n"
    "NP01061,Dharan,NP0106,3,,,\n"
)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("", None),
        ("21:00 - 08:00", "21:00-08:00"),
        ("None", "none"),
        ("12:00-14:00", "12:00-14:00"),
    ],
)
def test_an_area_may_bring_quiet_hours_of_its_own(gw: Gateway, cell: str, kept: str | None) -> None:
    assert came(bring(gw, f"pcode,name,quiet\nXA,Anywhere,{cell}\n", "areas")) == {"new": 1}
    found = areas.by_pcode(gw.store.read, "XA")
    assert found is not None
    assert found["quiet"] == kept


def test_areas_come_with_their_parents_and_other_names(gw: Gateway) -> None:
    assert came(bring(gw, AREAS, "areas")) == {"new": 2}
    db = gw.store.read
    dharan = areas.by_pcode(db, "NP01061")
    assert dharan is not None
    assert areas.languages(db, dharan["id"]) == ["ne", "mai"]
    assert areas.timezone(db, dharan["id"]) == "Asia/Kathmandu"
    assert [row["pcode"] for row in areas.named(db, "sunsary")] == ["NP0106"]
    assert set(areas.within(db, ["NP01"])) >= {dharan["id"]}
    assert came(bring(gw, AREAS, "areas")) == {"same": 2}


@pytest.mark.parametrize(
    "line, said",
    [
        (",Sunsari,,,,", "needs a P-code"),
        ("NP0106,,,,,", "needs a P-code"),
        ("NP 01,Koshi,,,,", "no spaces"),
        ("NP0106,Sunsari,NP99,2,,", "Put parents above"),
        ("NP01,Koshi,NP01,1,,", "cannot lie in itself"),
        ("NP0106,Sunsari,NP01,two,,", "figure from 0 to 9"),
        ("NP0106,Sunsari,NP01,2,Kathmandu,", "time zone is unknown"),
        ("NP0106,Sunsari,NP01,2,,not a tag", "No language has this tag"),
        ("NP0106,Sunsari,NP01,2,,ne|xx", "Write the code of one, as ne, luo or pt-MZ."),
        ("NP0106,Sunsari,NP01,2,,,at night", "written as 21:00-08:00"),
        ("NP0106,Sunsari,NP01,2,,,07:00-07:00", "written as 21:00-08:00"),
    ],
)
def test_an_area_that_cannot_be_is_refused(gw: Gateway, line: str, said: str) -> None:
    row = bring(gw, "pcode,name,parent,level,timezone,languages,quiet\n" + line, "areas")
    assert came(row) == {"refused": 1}
    assert said in refusals(gw, row)[2]
    assert len(areas.every(gw.store.read)) == 1
