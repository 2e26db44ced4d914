"""The wheel carries all it needs, and works where there is nothing else."""

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import gateway
from tests.surroundings.network import AS_GIVEN
from tests.surroundings.reports import cannot_run

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "lock" / "requirements.lock"
NO_INDEX = re.compile("(NewConnection|NameResolution|ConnectTimeout|ReadTimeout|Proxy)Error")
FOLDERS = ("templates", "locales", "migrations")


def run(*command: object, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    given = {
        name: AS_GIVEN[name] for name in AS_GIVEN if not name.startswith(("GATEWAY", "PYTHON"))
    }
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=given | env,
        capture_output=True,
        text=True,
        timeout=600,
    )


def done(*command: object, cwd: Path = ROOT, **env: str) -> str:
    """Run a command that must succeed; return what it said."""
    answer = run(*command, cwd=cwd, **env)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as a packager gets it: built from the source archive, which is built from here."""
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """The programs of an environment that holds the wheel and the lock, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (programs / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    locked = run(*pip, "--require-hashes", "--requirement", LOCK)
    if locked.returncode and NO_INDEX.search(locked.stderr):
        cannot_run("Packaging", "no package index can be reached from here")
    assert locked.returncode == 0, locked.stderr
    done(*pip, "--no-deps", "--no-index", wheel)
    return programs


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_holds_every_file_of(folder, wheel):
    files = [file.relative_to(ROOT) for file in (ROOT / folder).rglob("[!.]*") if file.is_file()]
    ours = {f"gateway/{file.as_posix()}" for file in files}
    assert ours
    assert ours - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_the_package_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"gateway", f"gateway_sms-{gateway.__version__}.dist-info"}
    assert {"gateway/files.py", "gateway/cli/__init__.py"} <= set(names)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_wheel_works_where_there_is_nothing_else(elsewhere, tmp_path):
    def gateway_does(*words: str) -> str:
        return done(elsewhere / "gateway", *words, cwd=tmp_path, GATEWAY_DATA="kept")

    assert gateway.__version__ in gateway_does("--version")
    gateway_does("init")
    assert (tmp_path / "kept" / "gateway.db").is_file()
    gateway_does("check")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_reads_its_own(folder, elsewhere, tmp_path):
    find = f"from gateway.files import folder; print(folder({folder!r}))"
    found = Path(done(elsewhere / "python", "-c", find, cwd=tmp_path).strip())
    assert found.is_relative_to(elsewhere.parent)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_lock_agrees_with_itself(elsewhere):
    assert "No broken requirements" in done(elsewhere / "python", "-m", "pip", "check")


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / "lock" / lock).read_text(encoding="utf-8").splitlines()
    pairs = (line.split()[0].split("==") for line in lines if "==" in line and line[0].isalnum())
    return dict(pairs)


def wanted(requirement: str) -> str:
    head = requirement.split(";")[0].strip()
    return head[: next((i for i, sign in enumerate(head) if sign in "<>=!~["), len(head))]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("lock", ["requirements.lock", "test.lock"])
def test_every_dependency_is_in_the_lock(lock):
    extra = PROJECT["optional-dependencies"]
    asked = PROJECT["dependencies"] + extra["setup"]
    if lock == "test.lock":
        asked = asked + extra["test"]
    assert {wanted(line) for line in asked} - set(pins(lock)) == set()


def test_tests_run_on_the_versions_users_get():
    users, testers = pins("requirements.lock"), pins("test.lock")
    assert {name: testers[name] for name in users} == users


@pytest.mark.parametrize("lock", ["requirements.lock", "test.lock"])
def test_the_lock_names_no_index_and_has_a_hash_for_all(lock):
    text = (ROOT / "lock" / lock).read_text(encoding="utf-8")
    assert "index-url" not in text
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert [line for line in entries if "==" in line and "--hash=sha256:" not in line] == []


def test_every_dependency_has_its_reason():
    reasons = "\n".join(
        page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "decisions").glob("*.md")
    )
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert [name for name in map(wanted, asked) if f"`{name}`" not in reasons] == []


def test_make_run_needs_no_word_of_a_port_or_a_folder() -> None:
    """Only shown, not run."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    for more in ({}, {"GATEWAY_DATA": "elsewhere", "GATEWAY_PORT": "8099"}):
        shown = subprocess.run(
            ["make", "--dry-run", "run"], cwd=ROOT, env=given | more, capture_output=True, text=True
        )
        assert shown.returncode == 0, shown.stderr
        assert "gateway run" in shown.stdout
