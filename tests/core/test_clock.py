"""A clock nobody vouches for decides nothing; once the time is known, waits keep their length."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import broadcast, receive, send
from gateway.background import retention
from gateway.clock import keeping
from gateway.context import open_gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class, Inbound, Outcome
from gateway.store import channels, inbox, outbox
from tests.core.box import EPOCH, Box
from tests.core.field import MAYA, NOW, Field
from tests.core.test_sending import claim, queue, result, state

HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def box(field: Field) -> Box:
    return Box(field)


def from_network(field: Field, at: float, words: str = "hello") -> None:
    """A text comes in by a real channel, with the time at which the network got it."""
    gw = field.gw
    if gw.channels.get("modem") is None:
        sealed = gw.sealer.seal({"base_url": "http://127.0.0.1:9", "hook_key": "k"})
        gw.store.write(lambda db: channels.add(db, "modem", "kannel", "4040", sealed, NOW))
    modem = gw.channels.get("modem")
    assert modem is not None
    reference = f"m{field.one('SELECT count(*) FROM inbound')}"
    told = Inbound(MAYA, "4040", words, reference, at=datetime.fromtimestamp(at, UTC))
    receive.take(gw, modem, [told])


def test_a_power_cut_brings_no_1970(box: Box, field: Field) -> None:
    field.text("FLOOD")
    box.power_cut()
    assert not box.trusted
    assert box.now >= NOW
    box.wait(60)
    assert box.now == pytest.approx(field.gw.time.seen + 60)


def test_in_doubt_nothing_is_over_and_an_emergency_goes(box: Box, field: Field) -> None:
    emergency = queue(field, Class.EMERGENCY, expires_at=NOW - HOUR)
    normal = queue(field, expires_at=NOW - HOUR)
    box.power_cut()
    assert claim(field) == [emergency, normal]


def test_a_carrier_is_told_of_no_end_that_nobody_is_sure_of(box: Box, field: Field) -> None:
    queue(field, Class.EMERGENCY, expires_at=NOW + HOUR)
    box.power_cut()
    batch = send.prepare(field.gw, field.channel, 10, 10.0).batch
    assert batch is not None
    assert batch.messages[0].expires is None


def test_a_carrier_is_told_the_end_by_the_clock_it_looks_at(box: Box, field: Field) -> None:
    queue(field, Class.EMERGENCY, expires_at=NOW + HOUR)
    box.power_cut()
    keeping.confirm(field.gw.store, field.gw.time, "user:sita", NOW + 60)
    batch = send.prepare(field.gw, field.channel, 10, 10.0).batch
    assert batch is not None
    assert batch.messages[0].expires == pytest.approx(box.shows + HOUR - 60)


def test_a_worker_elsewhere_has_a_clock_of_its_own(tmp_path: Path) -> None:
    field = Field(tmp_path, REDIS="redis://127.0.0.1:1/0")
    box = Box(field)
    queue(field, Class.EMERGENCY, expires_at=NOW + HOUR)
    box.power_cut()
    keeping.confirm(field.gw.store, field.gw.time, "user:sita", NOW + 60)
    batch = send.prepare(field.gw, field.channel, 10, 10.0).batch
    field.close()
    assert batch is not None
    assert batch.messages[0].expires == NOW + HOUR


def test_in_doubt_nothing_begins_by_schedule_but_what_lives_depend_on(
    box: Box, field: Field
) -> None:
    field.text("FLOOD")
    answer = field.one("SELECT id FROM outbox WHERE inbound IS NOT NULL")
    later = queue(field, due_at=NOW + 60)
    urgent = queue(field, Class.EMERGENCY, due_at=NOW + 60)
    box.power_cut()
    box.wait(HOUR)
    assert claim(field) == [urgent, answer]
    sure = field.gw.clock_trusted()
    assert outbox.next_due(field.gw.store.read, field.channel.id, sure) is None
    box.sync, box.shows = True, NOW + DAY
    box.sweep()
    assert claim(field) == [later]


def test_in_doubt_keywords_are_answered_in_the_order_they_came(box: Box, field: Field) -> None:
    field.text("FLOOD")
    box.power_cut()
    answers = field.text("more") + field.text("STOP")
    assert len(answers) == 2
    assert field.consent() == "out"
    times = [row["received_at"] for row in field.rows("SELECT * FROM inbound ORDER BY id")]
    assert times == sorted(times)


def test_in_doubt_nothing_is_purged_and_no_dialogue_ends(box: Box, field: Field) -> None:
    gw = field.gw
    gw.store.write(lambda db: inbox.keep_call(db, "x", "message", "odd", b"", NOW - 8 * DAY))
    field.text("menu")
    field.do("UPDATE session SET updated_at = 5.0")
    box.power_cut()
    for _ in range(3):
        box.wait(10)
        delete_what_is_old(field)
    assert field.one("SELECT count(*) FROM kept_call") == 1
    assert field.one("SELECT count(*) FROM session WHERE ended_at IS NULL") == 1
    box.sync, box.shows = True, NOW + DAY
    box.sweep()
    delete_what_is_old(field)
    assert field.one("SELECT count(*) FROM kept_call") == 0
    assert field.one("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


def delete_what_is_old(field: Field) -> None:
    retention.run(field.gw, retention.begin(field.gw, "system"), lambda done, total: None)


def submitted(field: Field) -> int:
    draft = Draft({"en": "Water rises"}, Audience(), Class.EMERGENCY, NOW + DAY)
    alert = broadcast.create(field.gw, "user:sita", draft)
    broadcast.submit(field.gw, "user:sita", alert)
    return alert


def alert_state(field: Field, alert: int) -> str:
    return str(field.one("SELECT state FROM alert WHERE id = ?", alert))


def test_in_doubt_no_approval_lapses(box: Box, field: Field) -> None:
    alert = submitted(field)
    field.do("UPDATE alert SET submitted_at = 5.0")
    box.power_cut()
    assert alert_state(field, alert) == "submitted"
    box.sync, box.shows = True, NOW + HOUR
    box.sweep()
    assert alert_state(field, alert) == "draft"


def test_in_doubt_a_failure_is_no_reason_to_give_up_for_age(box: Box, field: Field) -> None:
    id = queue(field, now=5.0, due_at=5.0)
    box.power_cut()
    assert claim(field) == [id]
    result(field, id, Outcome.TRANSIENT, error="no line")
    assert state(field, id) == ("queued", "no line")


def test_what_was_queued_in_doubt_keeps_its_age_and_its_given_end(box: Box, field: Field) -> None:
    box.power_cut()
    begun = box.now
    end = NOW + 80 * HOUR  # people look at their own clocks
    id = queue(field, Class.EMERGENCY, expires_at=end, due_at=begun, now=begun)
    box.wait(600)
    box.sync, box.shows = True, NOW + 72 * HOUR
    box.sweep()
    row = field.rows("SELECT * FROM outbox WHERE id = ?", id)[0]
    assert box.trusted
    assert row["created_at"] == pytest.approx(NOW + 72 * HOUR - 600)
    assert row["expires_at"] == end
    assert claim(field) == [id]


def test_what_was_queued_before_the_cut_is_as_old_as_it_is(box: Box, field: Field) -> None:
    over = queue(field, Class.EMERGENCY, expires_at=NOW + 6 * HOUR)
    box.power_cut()
    box.sync, box.shows = True, NOW + 72 * HOUR
    box.sweep()
    assert claim(field) == []
    assert state(field, over) == ("expired", "expired")
    assert field.one("SELECT created_at FROM outbox WHERE id = ?", over) == NOW


def test_a_claim_made_in_doubt_does_not_lapse_when_the_time_is_known(
    box: Box, field: Field
) -> None:
    box.power_cut()
    id = queue(field, due_at=box.now, now=box.now)
    assert claim(field) == [id]
    box.sync, box.shows = True, NOW + 72 * HOUR
    box.sweep()
    assert state(field, id)[0] == "claimed"


def test_times_written_in_doubt_are_uncertain_for_ever(box: Box, field: Field) -> None:
    field.text("before")
    box.wait(100)
    box.power_cut()
    box.wait(100)
    field.text("in doubt")
    box.wait(100)
    box.sync, box.shows = True, NOW + 72 * HOUR
    box.sweep()
    field.text("after")
    box.start()
    at = [row["received_at"] for row in field.rows("SELECT * FROM inbound ORDER BY id")]
    assert [field.gw.time.is_doubted(one) for one in at] == [False, True, False]
    span = field.rows("SELECT * FROM clock_doubt")[0]
    assert at[1] + span["moved"] == pytest.approx(NOW + 72 * HOUR - 100)


def test_the_time_on_a_message_makes_the_clock_trusted(box: Box, field: Field) -> None:
    box.power_cut()
    from_network(field, NOW + 72 * HOUR)
    box.sweep()
    assert box.trusted
    assert box.now == pytest.approx(NOW + 72 * HOUR)
    from_network(field, NOW + 73 * HOUR)  # the first had lain at the network for an hour
    box.sweep()
    assert box.now == pytest.approx(NOW + 73 * HOUR)
    from_network(field, NOW + 10 * HOUR)
    box.sweep()
    assert box.now == pytest.approx(NOW + 73 * HOUR)


def test_a_text_from_the_handset_vouches_for_nothing(box: Box, field: Field) -> None:
    box.power_cut()
    at = datetime.fromtimestamp(NOW + HOUR, UTC)
    receive.take(field.gw, field.channel, [Inbound(MAYA, "4040", "x", "h1", at=at)])
    box.sweep()
    assert not box.trusted


def test_what_a_person_says_holds_until_the_machine_starts_anew(box: Box, field: Field) -> None:
    box.power_cut()
    keeping.confirm(field.gw.store, field.gw.time, "user:sita", NOW + HOUR)
    assert box.trusted
    box.wait(60)
    box.start()
    assert box.trusted
    assert box.now == pytest.approx(NOW + HOUR + 60)
    box.power_cut()
    assert not box.trusted
    acts = [row["act"] for row in field.rows("SELECT act FROM audit WHERE subject = 'clock'")]
    assert acts == ["clock.doubt", "clock.trust", "clock.doubt"]


def test_what_a_person_tells_another_process_is_taken_over(box: Box, field: Field) -> None:
    box.power_cut()
    ours = field.gw.time
    box.start()  # a command beside the gateway
    keeping.confirm(field.gw.store, field.gw.time, "cli", NOW + HOUR)
    assert not ours.trusted
    assert keeping.review(field.gw.store, ours)
    assert ours.trusted
    assert ours.now() == pytest.approx(NOW + HOUR)
    assert not keeping.review(field.gw.store, ours)


def test_a_clock_that_is_set_back_keeps_all_waits(box: Box, field: Field) -> None:
    """It was a year ahead, and was believed; then the system fetched the time."""
    box.shows += 365 * DAY
    box.start()
    later = queue(field, due_at=box.now + HOUR, now=box.now)
    box.wait(60)
    box.shows -= 365 * DAY
    box.sweep()
    assert box.now == pytest.approx(NOW + 60)
    created = field.one("SELECT created_at FROM outbox WHERE id = ?", later)
    assert created <= box.now
    assert claim(field) == []
    box.wait(HOUR + 60)


def test_a_leap_that_nobody_vouches_for_is_not_followed(box: Box, field: Field) -> None:
    box.sync = False
    queue(field, Class.EMERGENCY, expires_at=NOW + HOUR)
    box.shows += 30 * DAY
    box.sweep()
    assert not box.trusted
    assert box.now == pytest.approx(NOW)
    box.shows -= 30 * DAY
    box.sweep()
    assert not box.trusted  # and yet nobody knows which of the two was right
    keeping.confirm(field.gw.store, field.gw.time, "user:sita")
    assert box.trusted


def test_a_network_that_agrees_with_our_count_vouches_for_no_leap(box: Box, field: Field) -> None:
    """A clock with a battery was moved; a text that comes then speaks against that."""
    box.sync, box.battery = False, True
    later = queue(field, due_at=NOW + HOUR, now=NOW, expires_at=NOW + 2 * HOUR)
    box.shows += 3 * DAY
    box.sweep()
    assert not box.trusted
    from_network(field, NOW + 1)
    for _ in range(3):
        box.wait(60)
        assert box.trusted
        assert box.now == pytest.approx(NOW, abs=300)
        box.start()
    assert claim(field) == []
    assert state(field, later) == ("queued", None)
    box.shows -= 3 * DAY  # set right again
    box.sweep()
    assert field.gw.clock_trusted()
    assert box.now == pytest.approx(NOW, abs=300)


def test_a_small_correction_is_followed_without_a_word(box: Box, field: Field) -> None:
    before = field.one("SELECT count(*) FROM audit")
    box.shows += 30
    box.sweep()
    assert box.now == NOW + 30
    assert box.trusted
    assert field.one("SELECT count(*) FROM audit") == before


@pytest.mark.parametrize("sync", [True, False])
def test_looking_writes_nothing_where_nothing_is_new(box: Box, field: Field, sync: bool) -> None:
    if not sync:
        box.power_cut()
    before = field.gw.store.version()
    for _ in range(5):
        box.wait(10)
    assert field.gw.store.version() == before


def test_a_gateway_that_never_doubted_says_so(field: Field) -> None:
    opened = open_gateway(field.settings)
    assert opened.clock_trusted()
    assert not opened.time.doubting
    assert opened.clock() > EPOCH
    opened.store.close()
