"""A path that leads nowhere is told in a sentence that names it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main

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
