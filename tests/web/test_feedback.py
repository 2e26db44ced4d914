"""The feedback pages: a list, an item, and what each role may do with them."""

import gzip
import random
import re
from typing import Any

import pytest

from gateway.domain.feedback import Status
from gateway.domain.messages import Inbound
from gateway.domain.phone import mask
from gateway.store import audit, channels, codes, contacts, feedback, inbox, outbox
from tests.web.conftest import NOW

NUMBER = "+15550123"
NEPALI = (
    "हाम्रो गाउँमा तीन दिनदेखि खानेपानी आएको छैन धारा सुकेको छ र खोलाको पानी धमिलो बालबालिका वृद्धहरू "
    "बिरामी पर्न थालेका छन् कृपया चाँडै सफा पठाइदिनुहोस् बाढीले पुल बगायो सडक अवरुद्ध औषधि सकियो विद्यालय "
    "बन्द आश्रयस्थल कहाँ खुल्छ राहत कसले पाउँछ सूचीमा नाम परेन महिलाहरूलाई अलग शौचालय चाहियो बत्ती छैन"
)
HOSTILE = '<script>alert("x")</script> & "quotes"'


@pytest.fixture
def inhabited(gw):
    """A gateway with a codebook, a channel, a person, and one question of theirs."""
    gw.store.write(lambda db: _people(gw, db))
    return gw


def _people(gw, db) -> None:
    codes.load_default(db)
    channels.add(db, "sim", "simulator", "4040", gw.sealer.seal({}), NOW)
    contacts.add(db, "phone", NUMBER, gw.numbers.of(NUMBER), NOW, channel=1, language="ne")
    message = Inbound(NUMBER, "4040", "words", "m1")
    inbox.add(db, 1, [inbox.Arrived(1, message, 1, None)], NOW - 7200)
    told(db, "A7K2", "कहिले बाटो खुल्छ?")


def told(db, reference: str, text: str, type: str = "question", **more: Any) -> int:
    given: dict[str, Any] = {"channel": 1, "address": 1, "language": "ne", "now": NOW - 7200}
    id = feedback.add(db, reference=reference, text=text, type=type, **(given | more))
    feedback.move(db, id, Status.ACKNOWLEDGED, "system", NOW - 7200)
    return id


def item(gw, reference: str = "A7K2") -> Any:
    return feedback.by_reference(gw.store.read, reference)


def press(seat, act: str, reference: str = "A7K2", **fields: str):
    path = f"/feedback/{reference}"
    return seat.post(f"{path}/{act}", fields, page=path)


READERS = [
    ("administrator", 200, True),
    ("operator", 200, True),
    ("field_staff", 200, True),
    ("auditor", 200, False),
    ("approver", 403, False),
]


@pytest.mark.parametrize("role,status,number", READERS)
def test_each_role_sees_what_it_may(inhabited, sit, role, status, number):
    seat = sit(role)
    for path in ("/feedback", "/feedback/A7K2"):
        page = seat.get(path)
        assert page.status_code == status
        assert NUMBER not in page.text
        assert (mask(NUMBER) in page.text) == number


def test_who_is_not_signed_in_is_sent_to_sign_in(inhabited, browser):
    for path in ("/feedback", "/feedback/A7K2"):
        assert browser.get(path).status_code == 302


def test_an_auditor_has_no_buttons_and_they_would_not_work(inhabited, sit):
    seat = sit("auditor")
    assert "/feedback/A7K2/" not in seat.get("/feedback/A7K2").text
    for act in ("take", "note", "answer", "number"):
        assert press(seat, act, note="x", text="x").status_code == 403
    assert item(inhabited)["status"] == "acknowledged"


def test_a_question_is_sorted_answered_and_sent(inhabited, sit):
    seat = sit("field_staff")
    assert press(seat, "code", type="question", code="hazard/road_blocked").status_code == 303
    seen = press(seat, "answer", text="शुक्रबार खुल्छ।")
    assert "शुक्रबार खुल्छ।" in seen.text
    assert "2 SMS · 70 letters each" in re.sub(r"</?small>", "", seen.text)
    assert inhabited.store.read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
    assert press(seat, "answer", text="शुक्रबार खुल्छ।", send="1").status_code == 303
    row = outbox.by_id(inhabited.store.read, 1)
    assert row
    assert (row["recipient"], row["feedback"], item(inhabited)["status"]) == (NUMBER, 1, "answered")
    page = seat.get("/feedback/A7K2").text
    assert "The answer is on its way." in page
    assert "Road or bridge blocked" in page


def test_an_answer_that_may_not_go_keeps_the_words_and_says_why(inhabited, sit):
    inhabited.store.write(
        lambda db: db.execute("UPDATE address SET consent = 'out', consent_at = ?", (NOW,)).rowcount
    )
    page = press(sit("field_staff"), "answer", text="On Friday.", send="1")
    assert page.status_code == 409
    assert "Announce it to the community instead" in page.text
    assert "On Friday." in page.text


BUTTONS = [
    (["triaged"], {"triaged": False, "referred": True, "answered": True, "reopened": False}),
    (["triaged", "in_progress"], {"triaged": False, "referred": True, "in_progress": False}),
    (["triaged", "answered"], {"reopened": True, "referred": False, "triaged": False}),
]


@pytest.mark.parametrize("road,buttons", BUTTONS)
def test_only_open_moves_have_a_button(inhabited, sit, road, buttons):
    for step in road:
        inhabited.store.write(lambda db, s=step: feedback.move(db, 1, Status(s), "cli", NOW))
    page = sit("operator").get("/feedback/A7K2").text
    shown = {word: f'name="status" value="{word}"' in page for word in buttons}
    assert shown == buttons


def test_a_move_that_is_not_open_is_refused_in_words(inhabited, sit):
    page = press(sit("operator"), "status", status="reopened")
    assert (page.status_code, item(inhabited)["status"]) == (409, "acknowledged")
    assert "moved on meanwhile" in page.text


def test_closing_says_how_the_person_knows(inhabited, sit):
    seat = sit("operator")
    press(seat, "take")
    assert press(seat, "status", status="closed").status_code == 409
    how = {"status": "closed", "how": "announced_to_community", "close_reason": "at the market"}
    assert press(seat, "status", **how).status_code == 303
    assert item(inhabited)["loop_closed"] == "announced_to_community"
    assert "at the market" in seat.get("/feedback/A7K2").text


def test_rejecting_needs_a_reason(inhabited, sit):
    seat = sit("operator")
    assert press(seat, "status", status="rejected").status_code == 409
    press(seat, "status", status="rejected", reject_reason="wrong number")
    assert item(inhabited)["status"] == "rejected"


OTHER_ACTS = [
    ("assign", {"to": "sita"}, "assignee_name", "sita"),
    ("priority", {"priority": "p1"}, "priority", "p1"),
    ("note", {"note": "called the council"}, "status", "acknowledged"),
    ("take", {}, "assignee_name", "bikash"),
]


@pytest.mark.parametrize("act,fields,column,value", OTHER_ACTS)
def test_every_form_does_what_it_says(inhabited, sit, act, fields, column, value):
    assert press(sit("field_staff"), act, **fields).status_code == 303
    assert item(inhabited)[column] == value


def test_a_message_is_split_line_by_line(inhabited, sit):
    press(sit("field_staff"), "split", texts="no water\r\n\r\nthe bridge is gone")
    found = {row["text"] for row in feedback.page(inhabited.store.read)}
    assert {"no water", "the bridge is gone"} <= found


def test_an_act_nobody_knows_is_not_found(inhabited, sit):
    assert press(sit("operator"), "explode").status_code == 404


def test_the_whole_number_is_for_operators_and_every_look_is_written_down(inhabited, sit):
    assert press(sit("field_staff"), "number").status_code == 403
    assert NUMBER in press(sit("operator"), "number").text
    rows = audit.page(inhabited.store.read, act="feedback.number")
    assert [row["by"] for row in rows] == ["user:sita"]


def test_a_sensitive_item_is_gone_for_all_but_administrators(inhabited, sit):
    field, ada = sit("field_staff"), sit("administrator")
    answer = press(field, "sensitive", mark_reason="names a worker")
    assert answer.headers["Location"].endswith("/feedback")
    for role in ("field_staff", "operator", "auditor"):
        seat = sit(role)
        assert "A7K2" not in seat.get("/feedback?status=all").text
        assert "A7K2" not in seat.get("/feedback?sensitive=1").text
        assert "बाटो" not in seat.get("/feedback?text=A7K2").text
        assert seat.get("/feedback/A7K2").status_code == 404
    csrf_page = "/feedback"
    for act in ("note", "answer", "take", "ordinary"):
        assert field.post(f"/feedback/A7K2/{act}", {"note": "x"}, csrf_page).status_code == 404
    secret = ada.get("/feedback?sensitive=1&text=nothing+like+it").text
    assert ("A7K2" in secret, "बाटो" in secret) == (True, False)
    assert audit.page(inhabited.store.read, act="feedback.view") == []
    assert "बाटो" in ada.get("/feedback/A7K2").text
    looks = audit.page(inhabited.store.read, act="feedback.view")
    assert {row["by"] for row in looks} == {"user:ada"}


def test_only_an_administrator_with_a_reason_brings_an_item_back(inhabited, sit):
    ada = sit("administrator")
    press(ada, "sensitive")
    assert press(ada, "ordinary", unmark_reason="").status_code == 409
    assert press(ada, "ordinary", unmark_reason="a shop, not a worker").status_code == 303
    assert item(inhabited)["sensitive"] == 0


def test_the_list_is_filtered_and_says_what_is_late(inhabited, sit):
    def more(db) -> None:
        told(db, "BBB2", "Maji hakuna", "request", language="sw", now=NOW - 400_000)
        told(db, "BBB3", "all good", "praise")
        feedback.move(db, 3, Status.REJECTED, "cli", NOW, reason="twice")

    inhabited.store.write(more)
    seat = sit("field_staff")
    lists = {
        "": {"A7K2", "BBB2"},
        "?status=all": {"A7K2", "BBB2", "BBB3"},
        "?status=rejected": {"BBB3"},
        "?type=request": {"BBB2"},
        "?priority=p3": {"BBB2"},
        "?priority=p4&status=all": {"A7K2", "BBB3"},
        "?language=sw": {"BBB2"},
        "?overdue=1": {"BBB2"},
        "?text=hakuna": {"BBB2"},
        "?assignee=nobody": {"A7K2", "BBB2"},
        "?assignee=1": set(),
    }
    for query, wanted in lists.items():
        page = seat.get("/feedback" + query).text
        assert {r for r in ("A7K2", "BBB2", "BBB3") if f"/feedback/{r}" in page} == wanted, query
    assert "Overdue by" in seat.get("/feedback?overdue=1").text


def test_words_of_people_are_never_markup(inhabited, sit):
    inhabited.store.write(lambda db: told(db, "CCC2", HOSTILE))
    seat = sit("field_staff")
    for path in ("/feedback", "/feedback/CCC2"):
        page = seat.get(path).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert 'dir="auto"' in page


def test_a_full_page_of_long_nepali_is_small_and_goes_on(inhabited, sit):
    chance = random.Random(4040)

    def many(db) -> None:
        for number in range(30):
            words = chance.choices(NEPALI.split(), k=60)
            told(db, f"N{number:03}", " ".join(words), "request")

    inhabited.store.write(many)
    seat = sit("field_staff")
    page = seat.get("/feedback", headers={"Accept-Encoding": "gzip"})
    assert len(page.data) <= 6000
    text = gzip.decompress(page.data).decode()
    assert text.count('<a class="code"') == 25
    assert "before=" in text
    older = seat.get(f"/feedback?before={feedback.page(inhabited.store.read)[-1]['id']}").text
    assert older.count('<a class="code"') == 6
    one = seat.get("/feedback/N029", headers={"Accept-Encoding": "gzip"})
    assert len(one.data) <= 6000


def test_no_two_fields_share_an_id(inhabited, sit):
    seat = sit("administrator")
    press(seat, "take")
    for page in (seat.get("/feedback/A7K2"), press(seat, "answer", text="On Friday.")):
        assert page.status_code == 200
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert sorted(set(ids)) == sorted(ids)
