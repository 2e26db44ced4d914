"""A path that leads nowhere is told in a sentence that names it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.opening import plainly

ADD = "channel add water --provider twilio --set-file auth_token="
PATHS = [
    ("contacts export {}/nowhere/people.csv", "{}/nowhere/people.csv: No such file or directory."),
    ("feedback export {}/nowhere/said.csv", "{}/nowhere/said.csv: No such file or directory."),
    ("content export {}/nowhere/words.zip", "{}/nowhere/words.zip: No such file or directory."),
    ("contacts export {}/note.txt/people.csv", "{}/note.txt/people.csv: Not a directory."),
    (ADD + "{}/token.txt", "{}/token.txt: No such file or directory."),
    (ADD + "{}", "{}: Is a directory."),
    (ADD + "{}/wide.txt", "{}/wide.txt is not text in UTF-8. Save it so."),
    ("backup {}/nowhere/store.db", "No backup was made: unable to open database file."),
]


def call(folder: Path, words: str) -> Result:
    return CliRunner().invoke(main, words.split(), env={"GATEWAY_DATA": str(folder)})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    assert call(folder / "data", "init --empty").exit_code == 0
    (folder / "note.txt").write_text("not a folder")
    (folder / "wide.txt").write_text("a token", encoding="utf-16")
    return folder


@pytest.mark.parametrize(("words", "told"), PATHS)
def test_a_wrong_path_is_told_in_a_sentence(made: Path, words: str, told: str) -> None:
    answer = call(made / "data", words.format(made))
    assert answer.exit_code == 1
    assert f"Error: {told.format(made)}" in answer.output


@pytest.mark.parametrize("words", ["init", "check"])
def test_a_data_folder_that_is_a_file_is_told_in_a_sentence(made: Path, words: str) -> None:
    answer = call(made / "note.txt", words)
    assert answer.exit_code == 1
    assert f"Error: {made}/note.txt" in answer.output


def test_a_backup_that_could_not_be_made_leaves_nothing(made: Path) -> None:
    call(made / "data", f"backup {made}/nowhere/store.db")
    assert not (made / "nowhere").exists()


def test_a_folder_that_cannot_be_locked_is_not_said_to_be_in_use(tmp_path: Path) -> None:
    assert call(tmp_path, "init --empty").exit_code == 0
    (tmp_path / "running").mkdir()
    for words in ("check", "restore " + str(tmp_path / "gateway.db")):
        answer = call(tmp_path, words)
        assert answer.exit_code == 1
        assert "cannot be written to (unable to open database file)" in answer.output


def test_a_store_that_may_only_be_read_is_told_in_a_sentence(made: Path) -> None:
    store = made / "data" / "gateway.db"
    with (
        closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db,
        pytest.raises(ClickException, match=r"The store cannot be written to \(attempt to write"),
    ):
        plainly(db.execute)("DELETE FROM topic")
