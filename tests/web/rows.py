"""Rows as they come in the field: long texts in Arabic and Nepali, five lists of a page each."""

import json
import sqlite3

from gateway.context import Gateway
from gateway.store import audit, channels

DAY = 86400.0

# What people write: as long as five parts of SMS, so no list may show it whole by accident.
WORDS = (
    "انقطع الماء عن حيّنا منذ ثلاثة أيام والبئر القريبة جفّت، ونحن خمس عائلات مع أطفال صغار ومسنّين. "
    "هل يمكن أن يصل صهريج الماء إلى المدرسة القديمة عند الجسر؟ الطريق مفتوح للسيارات الصغيرة فقط.",
    "हाम्रो गाउँमा बाढीले पुल बगायो, बाटो बन्द छ, अनि खानेपानीको धारामा तीन दिनदेखि धमिलो पानी आइरहेको छ। "
    "बालबालिका र वृद्धवृद्धा बिरामी परेका छन्, स्वास्थ्य चौकीमा औषधि सकियो। कृपया छिटो मद्दत पठाइदिनुहोस्।",
)


def words(n: int) -> str:
    """Return the n-th text; no two are the same, so that nothing compresses to nothing."""
    cut = 7 * n % 60
    whole = WORDS[n % 2]
    return f"{whole[cut:]} {whole[:cut]} {n * 7919}"


def fill(gw: Gateway, now: float) -> None:
    """Write a week of work into the store."""
    sealed = gw.sealer.seal({})

    def work(db: sqlite3.Connection) -> None:
        for n in range(3):
            channels.add(db, f"line-{n}", "simulator", f"404{n}", sealed, now - 9 * DAY)
        channels.hold(db, 2, now + 7200, "20003")
        channels.enable(db, 3, False)
        _people(db, now)
        for n in range(60):
            _message(db, n, now - (59 - n) * 9000)
        _alert(db, now)
        for n in range(40):
            by, what = f"user:{'sita' if n % 2 else 'ada'}", f"channel:line-{n % 3}"
            audit.write(db, now - n * 700, by, "channel.set", what, {"settings": ["rate"]})
        _job(db, now)

    gw.store.write(work)


def _people(db: sqlite3.Connection, now: float) -> None:
    db.execute("INSERT INTO area (pcode, name) VALUES ('NP0106', 'Sunsari')")
    areas = [(f"NP{n:05}", f"{WORDS[1][n : n + 30]} {n}") for n in range(40)]
    db.executemany("INSERT INTO area (pcode, name, parent) VALUES (?, ?, 1)", areas)
    groups = [(f"{WORDS[1][n : n + 25]} {n}",) for n in range(35)]
    db.executemany("INSERT INTO groups (name) VALUES (?)", groups)
    for n in range(30):
        language = ("ar", "ne", None)[n % 3]
        db.execute(
            "INSERT INTO contact (language, area, created_at, heard_at) VALUES (?, 1, ?, ?)",
            (language, now - n * DAY, now - n * 3600),
        )
        db.execute(
            "INSERT INTO address (contact, kind, value, consent) VALUES (?, 'phone', ?, 'in')",
            (n + 1, f"+447700900{n:03}"),
        )
        db.execute("INSERT INTO member (groups, contact) VALUES (1, ?)", (n + 1,))


def _message(db: sqlite3.Connection, n: int, at: float) -> None:
    """One message in, the feedback item it became, and the answer that went out."""
    contact, number = n % 30 + 1, f"+447700900{n % 30:03}"
    db.execute(
        "INSERT INTO inbound (channel, reference, address, sender, recipient, text, received_at,"
        " decision) VALUES (1, ?, ?, ?, '4040', ?, ?, 'feedback')",
        (f"in-{n}", contact, number, words(n), at),
    )
    db.execute(
        "INSERT INTO feedback (reference, inbound, address, channel, text, language, area, type,"
        " status, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?, 1, 'request', ?, ?, ?)",
        (f"A{n:03}", n + 1, contact, words(n), ("ar", "ne")[n % 2],
         ("new", "in_progress", "answered")[n % 3], at, at),
    )  # fmt: skip
    state = ("delivered", "queued", "failed", "sent", "unknown")[n % 5]
    db.execute(
        "INSERT INTO outbox (address, recipient, channel, class, state, due_at, text, parts,"
        " alphabet, feedback, created_at, sent_at, final_at)"
        " VALUES (?, ?, 1, 2, ?, ?, ?, 5, 'ucs2', ?, ?, ?, ?)",
        (
            contact,
            number,
            state,
            at,
            words(n + 1),
            n + 1,
            at,
            at + 3,
            at + 9 if state in ("delivered", "failed") else None,
        ),
    )


def _alert(db: sqlite3.Connection, now: float) -> None:
    for state in ("running", "submitted", *["done"] * 30):
        alert = db.execute(
            "INSERT INTO alert (state, class, expires_at, audience, author, hash, people,"
            " created_at) VALUES (?, 0, ?, '{}', 'user:sita', 'h', 30, ?)",
            (state, now + 6 * 3600, now),
        ).lastrowid
        for n, language in enumerate(("ne", "ar")):
            db.execute(
                "INSERT INTO alert_text (alert, language, text, parts, alphabet)"
                " VALUES (?, ?, ?, 5, 'ucs2')",
                (alert, language, words(2 * (alert or 0) + 1 - n)),
            )


def _job(db: sqlite3.Connection, now: float) -> None:
    db.execute(
        "INSERT INTO job (kind, state, subject, done, total, result, by, created_at, updated_at)"
        " VALUES ('import', 'running', 'list.csv', 400, 1200, ?, 'user:ada', ?, ?)",
        (json.dumps({"added": 390}), now - 60, now),
    )
    rows = [(n * 3, "The number is not a phone number.") for n in range(1, 41)]
    db.executemany("INSERT INTO job_refusal (job, line, reason) VALUES (1, ?, ?)", rows)
