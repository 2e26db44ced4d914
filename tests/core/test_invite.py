"""One invitation for each number that staff wrote down; silence means no."""

from gateway import invite, people
from gateway.domain.messages import Class
from tests.core.field import MAYA, Field
from tests.core.test_sending import claim, state


def write_down(field: Field, number: str = MAYA, language: str = "ne") -> None:
    fields = people.Fields(number, language=language)
    field.gw.store.write(lambda db: people.add_contact(field.gw, db, "user:sita", fields, "import"))


def test_each_is_asked_once_in_their_language(field: Field) -> None:
    write_down(field)
    write_down(field, "+15550102", "sw")
    assert invite.waiting(field.gw) == 2
    assert invite.invite(field.gw, "user:sita") == 2
    assert invite.invite(field.gw, "user:sita") == 0
    rows = field.rows("SELECT language, source, class FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("ne", "invite", Class.NORMAL), ("sw", "invite", Class.NORMAL),
    ]  # fmt: skip


def test_an_invitation_passes_the_gate_and_yes_joins(field: Field) -> None:
    write_down(field, language="en")
    invite.invite(field.gw, "cli")
    assert [state(field, id) for id in claim(field)] == [("claimed", None)]
    field.text("YES")
    assert field.consent() == "in"
    assert field.rows("SELECT how FROM consent ORDER BY id DESC")[0]["how"] == "keyword"


def test_silence_and_no_answer_but_yes_leaves_them_pending(field: Field) -> None:
    write_down(field, language="en")
    invite.invite(field.gw, "cli")
    field.text("what is this about please")
    assert field.consent() == "pending"


def test_a_stranger_who_says_yes_has_joined_nothing(field: Field) -> None:
    field.text("YES")
    assert field.consent() == "none"


def test_who_left_is_not_invited(field: Field) -> None:
    field.text("STOP")
    write_down(field)
    assert invite.invite(field.gw, "cli") == 0
