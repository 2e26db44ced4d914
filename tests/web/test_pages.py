"""The general pages, their headers, and what they say when something goes wrong."""

import gzip
import logging
import re
import sqlite3
from collections.abc import Callable

import pytest

from gateway import gate
from gateway.context import Gateway
from gateway.store import StoreClosed, audit, refused, users
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import fill

Sit = Callable[[str], Browser]

BREAKS = {
    ValueError("+15550100 said: help"): 500,
    StoreClosed(): 503,
}


@pytest.mark.parametrize("path", ["/sign-in", "/nothing/here", "/"])
def test_a_page_is_kept_by_nobody_and_framed_by_nobody(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_style_is_kept_for_ever_under_its_own_name(browser: Browser) -> None:
    href = re.search(r'href="(/style/[^"]+)"', browser.get("/sign-in").text)
    assert href
    packed = browser.get(href[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in packed.headers["Cache-Control"]
    assert gzip.decompress(packed.data) == browser.get(href[1]).data
    assert browser.get("/style/other.css").status_code == 404


@pytest.mark.parametrize("accepts", ["", "identity", "gzip;q=0"])
def test_who_cannot_unpack_gets_it_plain(browser: Browser, accepts: str) -> None:
    answer = browser.get("/sign-in", headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert "<h1>" in answer.text


@pytest.mark.parametrize("error", BREAKS, ids=lambda error: type(error).__name__)
def test_a_break_is_told_in_plain_words_and_its_own_words_go_nowhere(
    gw: Gateway, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(gw)
    app = browser.client.application

    def break_off() -> str:
        raise error

    app.add_url_rule("/break", "break", break_off)
    with caplog.at_level(logging.DEBUG):
        answer = browser.get("/break")
    assert answer.status_code == BREAKS[error]
    assert "<h1>" in answer.text
    assert "15550100" not in answer.text + caplog.text
    assert ("ValueError at break" in caplog.text) == (answer.status_code == 500)


def test_too_large_a_form_is_refused_in_plain_words(browser: Browser) -> None:
    browser.client.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = browser.client.post("/sign-in", data={"name": "x" * 2000})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_the_wrong_way_to_ask_is_told(browser: Browser) -> None:
    assert browser.get("/sign-out").status_code == 405


@pytest.mark.parametrize(
    "path, kind", [("/api/none", "application/json"), ("/hooks/none", "text/plain")]
)
def test_programs_and_providers_get_errors_without_a_page(
    browser: Browser, path: str, kind: str
) -> None:
    answer = browser.get(path)
    assert answer.status_code in (401, 404)
    assert answer.mimetype == kind


def test_the_overview_says_what_was_held_or_withheld_today(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    assert "Held or withheld" not in sit("operator").get("/").text

    def work(db: sqlite3.Connection) -> None:
        for class_ in (2, 3):
            refused.count(db, gate.today(gw, NOW), 1, {(class_, "quiet hours"): 1200})
        refused.count(db, "2020-01-01", 1, {(2, "left"): 7})

    gw.store.write(work)
    page = sit("operator").get("/").text
    assert "<dt>Wait for the morning</dt><dd>2,400</dd>" in page
    assert "people who have left" not in page


def test_the_overview_counts_what_the_store_holds(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    page = sit("operator").get("/").text
    counts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page))
    assert counts == {
        "Came in": "10",
        "Written to go out": "10",
        "Waiting to go out": "12",
        "Failed": "2",
        "Not known whether sent": "12",
        "Open feedback items": "40",
    }
    assert page.count("<rect") == 14
    rows = re.findall(r'<th scope="row">[A-Z]\w+day</th><td class="n">(\d+)</td>', page)
    assert len(rows) == 7
    assert sum(map(int, rows)) == 60
    assert "/alerts/1" in page
    assert "/alerts/2" in page


def test_the_overview_shows_what_is_claimed_beside_what_waits(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    assert "<dt>On the way</dt>" not in sit("operator").get("/").text
    claim = """
        UPDATE outbox SET state = 'claimed', claimed_at = ? WHERE id IN
          (SELECT id FROM outbox WHERE state = 'queued' LIMIT 5)"""
    gw.store.write(lambda db: db.execute(claim, (NOW,)))
    page = sit("operator").get("/").text
    counts = re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page)
    at = counts.index(("Waiting to go out", "7"))
    assert counts[at + 1] == ("On the way", "5")


def test_users_are_listed_with_how_they_stand(sit: Sit, gw: Gateway) -> None:
    ada = sit("administrator")
    ada.post("/users", {"name": "invited", "role": "operator"}, page="/users")
    ada.post("/users/noor/disable", {}, page="/users")
    for _ in range(5):
        users.check_password(gw, "ram", "wrong wrong")
    page = ada.get("/users").text
    for name, said in {
        "invited": "Has no password yet",
        "noor": "Disabled",
        "ram": "Waits after failed tries",
        "sita": "Can sign in",
    }.items():
        assert said in page.split(f"<bdi>{name}</bdi></th>")[1].split("</tr>")[0]


@pytest.mark.parametrize(
    "act, fields, said",
    [
        ("", {"name": "SITA", "role": "operator"}, "has this name already"),
        ("", {"name": "x", "role": "operator"}, "2 to 32"),
        ("", {"name": "fine", "role": "king"}, "no such role"),
        ("/ada/disable", {}, "cannot do this to yourself"),
        ("/ADA/role", {"role": "auditor"}, "cannot do this to yourself"),
        ("/nobody/link", {}, "no such user"),
        ("/sita/role", {"role": "king"}, "no such role"),
    ],
)
def test_what_cannot_be_done_to_a_user_is_told(
    sit: Sit, gw: Gateway, act: str, fields: dict[str, str], said: str
) -> None:
    before, _ = audit.head(gw.store.read)
    answer = sit("administrator").post(f"/users{act}", fields, page="/users")
    assert answer.status_code == 400
    assert said in answer.text
    assert audit.head(gw.store.read)[0] == before + 1  # the sign-in


def test_the_last_administrator_stays(gw: Gateway) -> None:
    with pytest.raises(users.UserError, match="last administrator"):
        gw.store.write(lambda db: users.disable_user(db, "ada"))
    with pytest.raises(users.UserError, match="last administrator"):
        gw.store.write(lambda db: users.set_role(db, "ada", "auditor"))
    gw.store.write(lambda db: users.set_role(db, "sita", "administrator"))
    gw.store.write(lambda db: users.enable_user(db, "sita"))
    gw.store.write(lambda db: users.disable_user(db, "ada"))


def test_the_audit_is_read_by_who_and_what_and_page_by_page(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    seat = sit("auditor")
    first = seat.get("/audit?by=user:sita").text
    assert first.count("<tr><td>") == 20
    assert "user:ada" not in first
    assert "sign_in" in seat.get("/audit?act=sign_in").text
    whole = seat.get("/audit").text
    assert whole.count("<tr><td>") == 25
    older = re.search(r'href="(/audit\?before=\d+)"', whole)
    assert older
    assert seat.get(older[1]).text.count("<tr><td>") == 16
    assert seat.get("/audit?before=99999999999999999999999").status_code == 200


def test_a_job_tells_how_far_it_is_and_what_it_refused(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    page = sit("administrator").get("/jobs/1").text
    assert "400 of 1,200 done" in page
    assert 'value="33"' in page
    assert 'http-equiv="refresh"' in page
    assert "40 lines were refused" in page
    assert page.count("not a phone number") == 25
    assert "/jobs/1?after=75" in page
    gw.store.write(lambda db: db.execute("UPDATE job SET state = 'done'"))
    page = sit("auditor").get("/jobs/1?after=75").text
    assert "http-equiv" not in page
    assert page.count("not a phone number") == 15


def test_a_job_is_for_who_began_it(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    assert sit("operator").get("/jobs/1").status_code == 404
    gw.store.write(lambda db: db.execute("UPDATE job SET by = 'user:sita'"))
    assert sit("operator").get("/jobs/1").status_code == 200


def test_a_draft_language_says_so(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    said = "These words are a draft"
    assert said not in seat.get("/").text
    drafts = gw.languages.draft("ar", "console")
    seat.post("/language", {"language": "ar"}, page="/")
    assert ("✎</b>" in seat.get("/").text) is drafts


def test_a_token_of_a_program_is_kept_as_a_hash_and_can_be_revoked(gw: Gateway) -> None:
    sita = users.by_name(gw.store.read, "sita")
    assert sita is not None
    token = gw.store.write(lambda db: users.add_token(db, "feed", "operator", sita["id"], NOW))
    assert token.startswith("gw_")
    row = users.by_token(gw.store.read, token)
    assert row is not None
    assert (row["name"], row["role"], row["user"]) == ("feed", "operator", sita["id"])
    assert token not in str([tuple(row) for row in gw.store.read.execute("SELECT * FROM token")])
    assert users.by_token(gw.store.read, token[:-1]) is None
    assert gw.store.write(lambda db: users.revoke_token(db, "feed", NOW))
    assert users.by_token(gw.store.read, token) is None
    assert not gw.store.write(lambda db: users.revoke_token(db, "feed", NOW))


def test_the_token_of_a_disabled_user_opens_nothing(gw: Gateway) -> None:
    sita = users.by_name(gw.store.read, "sita")
    assert sita is not None
    token = gw.store.write(lambda db: users.add_token(db, "feed", "operator", sita["id"], NOW))
    gw.store.write(lambda db: users.disable_user(db, "sita"))
    assert users.by_token(gw.store.read, token) is None
