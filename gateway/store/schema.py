"""The tables of a store are made and changed by the files of migrations/, each once."""

import sqlite3

from gateway.files import folder


class StoreError(Exception):
    """The store cannot be used; the text says why and what to do."""


def _statements(sql: str) -> list[str]:
    """Split a script: executescript would commit half of it on its own."""
    found, statement = [], ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return found


def migrate(db: sqlite3.Connection) -> list[str]:
    """Run every .sql file of migrations/ that has not run yet, each whole or not at all.

    StoreError when the file was written by a newer version.
    """
    from sqlite_utils import Database, Migrations

    steps = Migrations("gateway")
    for file in sorted(folder("migrations").glob("*.sql")):
        sql = file.read_text(encoding="utf-8")

        def step(target: Database, sql: str = sql) -> None:
            for statement in _statements(sql):
                target.conn.execute(statement)

        steps(name=file.stem)(step)
    target = Database(db)
    refuse_newer({m.name for m in steps.applied(target)})
    names = [m.name for m in steps.pending(target)]
    with target.atomic():  # its table and the index of that, both or none
        steps.ensure_migrations_table(target)
    steps.apply(target)
    return names


def refuse_newer(applied: set[str]) -> None:
    """Raise StoreError if a migration was applied that this version does not know."""
    if strange := sorted(applied - known()):
        raise StoreError(
            f"This store was written by a newer version of Gateway ({strange[-1]}). "
            "Nothing was changed. Install that version, or restore an older backup."
        )


def applied(db: sqlite3.Connection) -> set[str]:
    """Return the names of the migrations that ran."""
    exists = db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if not exists:
        return set()
    rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'gateway'")
    return {row["name"] for row in rows}


def known() -> set[str]:
    """Return the names of the migrations that this version has."""
    return {file.stem for file in folder("migrations").glob("*.sql")}
