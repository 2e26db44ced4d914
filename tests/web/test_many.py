"""With more people than anybody counts, pages say so, and lists are as right as with few."""

from collections.abc import Callable

from gateway.context import Gateway
from gateway.store import contacts, groups
from gateway.store.capped import MANY
from tests.web.people import Browser

FILL = """
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ?)
INSERT INTO contact (id, created_at) SELECT n, 0 FROM t
"""
NUMBERS = """
INSERT INTO address (contact, kind, value)
SELECT id, 'phone', printf('+1555%06d', (id * 7919) % 100000) FROM contact WHERE id <= ?
"""


def fill(gw: Gateway, people: int, numbers: int) -> None:
    def work(db):
        db.execute(FILL, (people,))
        db.execute(NUMBERS, (numbers,))
        group = groups.make(db, "River", exercise=False)
        db.execute("INSERT INTO member (groups, contact) SELECT ?, id FROM contact", (group,))

    gw.store.write(work)


def test_counts_go_no_further_than_many(gw: Gateway, sit: Callable[[str], Browser]) -> None:
    fill(gw, MANY + 7, 0)
    assert contacts.count(gw.store.read) == MANY + 1
    seat = sit("operator")
    assert "100,000+ contacts in all" in seat.get("/contacts").text
    assert '<td class="n">100,000+</td>' in seat.get("/groups").text
    gw.store.write(lambda db: db.execute("DELETE FROM member WHERE contact > ?", (MANY,)))
    assert '<td class="n">100,000</td>' in seat.get("/groups").text


def test_people_are_found_by_how_their_number_begins_however_many(gw: Gateway) -> None:
    fill(gw, 3000, 3000)
    for begin in ("+1", "+155500", "+1555000", "+1555007919"):
        sql = "SELECT contact FROM address WHERE substr(value, 1, ?) = ? ORDER BY contact DESC"
        wanted = [row[0] for row in gw.store.read.execute(sql, (len(begin), begin))]
        found = [row["id"] for row in contacts.page(gw.store.read, number=begin, limit=40)]
        assert found == wanted[:40]
        later = contacts.page(gw.store.read, before=found[-1], number=begin, limit=5)
        assert [row["id"] for row in later] == wanted[40:45]
