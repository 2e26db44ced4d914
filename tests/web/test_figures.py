"""The counts of the overview touch only what they count, however large the store grows."""

import re
import sqlite3

import pytest

from gateway.context import Gateway
from gateway.store import figures
from tests.web.conftest import NOW
from tests.web.rows import fill

QUERIES = {
    name: sql
    for name, sql in vars(figures).items()
    if isinstance(sql, str) and "SELECT" in sql and not name.startswith("__")
}
# A look at the newest rows only, from the end of the table.
BOUNDED = {"_CHANNEL_IN", "_CHANNEL_OUT"}


@pytest.mark.parametrize("name", QUERIES)
def test_a_count_goes_through_an_index(name: str, gw: Gateway) -> None:
    fill(gw, NOW)
    sql = QUERIES[name]
    rows = gw.store.read.execute(f"EXPLAIN QUERY PLAN {sql}", (0.0,) * sql.count("?"))
    scans = [row["detail"] for row in rows if re.match(r"SCAN (?!\(subquery)", row["detail"])]
    unbounded = [scan for scan in scans if "INDEX" not in scan]
    if name in BOUNDED:
        assert "LIMIT ?" in sql
    else:
        assert not unbounded


def test_channels_are_counted_since_a_moment(gw: Gateway) -> None:
    fill(gw, NOW)
    found = figures.channels(gw.store.read, NOW - 5 * 9000 + 1)
    assert found[1]["waiting"] == 12
    states = {s: found[1][s] for s in ("delivered", "queued", "failed", "sent", "unknown")}
    assert set(states.values()) == {1}
    assert found[1]["last_in"] == NOW
    assert found[1]["last_out"] == NOW + 3
    assert 3 not in found


def test_a_day_is_counted_from_its_first_moment_to_before_the_next(gw: Gateway) -> None:
    def work(db: sqlite3.Connection) -> None:
        fill_at(db, NOW + 100)
        fill_at(db, NOW + 200)

    fill(gw, NOW)
    gw.store.write(work)
    edges = [NOW + 100, NOW + 200, NOW + 300]
    assert figures.days(gw.store.read, edges) == [(1, 0), (1, 0)]


def test_what_is_sensitive_is_in_no_count(gw: Gateway) -> None:
    fill(gw, NOW)
    gw.store.write(lambda db: db.execute("UPDATE feedback SET sensitive = 1, due_at = 1"))
    counted = figures.overview(gw.store.read, NOW)
    assert (counted["feedback"], counted["overdue"]) == (0, 0)


def fill_at(db: sqlite3.Connection, at: float) -> None:
    db.execute(
        "INSERT INTO inbound (channel, reference, sender, recipient, text, received_at, decision)"
        " VALUES (1, ?, '+447700900000', '4040', 'hello', ?, 'menu')",
        (f"at-{at}", at),
    )
