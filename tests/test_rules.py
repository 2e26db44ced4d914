"""How this code is built: who may import whom, how long things are, what stays out."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from gateway.settings import SETTINGS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gateway"
SOURCES = sorted(PACKAGE.rglob("*.py"))

ANYWHERE = {"files", "settings", "sealing", "processor"}
BELOW_CONTEXT = ANYWHERE | {"domain", "language", "store", "providers", "queue", "clock"}
BELOW_VERBS = BELOW_CONTEXT | {"context"}
VERBS = {"fetch", "receive", "respond", "send", "broadcast", "people", "submit", "tell", "told"} | {
    "routes",
    "trial",
    "background",
    "content",
    "gate",
    "health",
    "imports",
    "invite",
    "setup",
}

# Imports point down only. A new room needs a line here, and a reason in its docstring.
MAY_IMPORT = {
    "domain": set(),
    "files": set(),
    "processor": set(),
    "sealing": {"files"},
    "settings": {"files", "sealing", "domain"},
    "language": ANYWHERE | {"domain"},
    "store": ANYWHERE | {"domain"},
    "providers": ANYWHERE | {"domain"},
    "queue": ANYWHERE | {"domain"},
    "clock": ANYWHERE | {"domain", "store"},
    "context": BELOW_CONTEXT,
    **dict.fromkeys(VERBS, BELOW_VERBS | VERBS),
    "engine": BELOW_VERBS | VERBS,
    "web": BELOW_VERBS | VERBS | {"engine"},
    "app": BELOW_VERBS | VERBS | {"engine", "web"},
    "serve": BELOW_VERBS | VERBS | {"engine", "web", "app"},
    "worker": ANYWHERE | {"domain", "providers", "queue"},  # it opens no database
    "cli": BELOW_VERBS | VERBS | {"engine", "web", "app", "serve", "worker"},
    "__main__": {"cli"},
    "__init__": set(),
}

# Where a library may be imported: rooms, or one file.
ONLY_IN = {
    "flask": {"web", "app"},
    "werkzeug": {"web", "app"},
    "granian": {"serve"},
    "redis": {"queue", "worker"},
    "rq": {"queue", "worker"},
    "click": {"cli", "app", "worker"},
    "rich": {"cli", "app", "worker"},
    "twilio": {"providers"},
    "phonenumbers": {"domain"},
    "requests": {"providers/http.py"},
    "urllib3": {"providers/http.py"},
    "urllib.request": {"providers/http.py"},
    "http.client": {"providers/http.py"},
    "socket": {"providers/http.py", "providers/smpp/bind.py"},
    "ssl": {"providers/smpp/__init__.py", "providers/smpp/link.py"},
    # Lines that stay open need a loop; all that only asks and waits for an answer does not.
    "asyncio": {"web/entrance/__init__.py", "web/entrance/longway.py"}
    | {
        f"providers/smpp/{part}.py"
        for part in ("__init__", "bind", "hearing", "link", "loop", "trying")
    },
}
NOT_ON_WINDOWS = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
NOT_ON_WINDOWS_NAMES = re.compile(
    r"\bos\.(fork|forkpty|getuid|geteuid|setsid|killpg|chown|uname|getpgid|nice)\b"
    r"|\bsignal\.(SIGKILL|SIGHUP|SIGALRM|SIGUSR1|SIGUSR2|SIGCHLD|SIGQUIT|alarm|pause)\b"
)
OF_THE_WORLD = set(
    "os pathlib random secrets shutil sqlite3 sqlite_utils subprocess tempfile threading time"
    " uuid".split()
)
CLOCKS = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|open)\(")
SAYS_NOTHING = set("base common core helper helpers manager managers misc util utils".split())
MAY_PRINT = {"cli", "app", "worker"}


def room(file: Path) -> str:
    """The room a file of the package is in."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports(file: Path) -> Iterator[str]:
    """Every module a file names in an import, wherever the import stands."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(file)}:{node.lineno} import by its full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines_that_match(file: Path, pattern: re.Pattern) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [f"{name(file)}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line)]


def uses(module: str, library: str) -> bool:
    return module == library or module.startswith(f"{library}.")


def rooms_imported(file: Path) -> set[str]:
    parts = [module.split(".") for module in imports(file) if uses(module, "gateway")]
    return {rest[0] for _, *rest in parts if rest and not rest[0].startswith("__")}


def test_imports_point_down():
    up = [
        f"{name(file)} imports {', '.join(sorted(strangers))}"
        for file in SOURCES
        if (strangers := rooms_imported(file) - MAY_IMPORT.get(room(file), set()) - {room(file)})
    ]
    assert up == []


def test_every_room_has_its_line_in_the_table():
    assert {room(file) for file in SOURCES} - set(MAY_IMPORT) == set()


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_rooms(library):
    astray = [
        name(file)
        for file in SOURCES
        if any(uses(module, library) for module in imports(file))
        and not {room(file), name(file)} & ONLY_IN[library]
    ]
    assert astray == []


DOMAIN = [file for file in SOURCES if room(file) == "domain"]


def test_the_domain_touches_nothing_and_knows_no_time():
    worldly = [
        f"{name(file)} imports {module}"
        for file in DOMAIN
        for module in imports(file)
        if module.split(".")[0] in OF_THE_WORLD
    ]
    assert worldly == []
    assert [line for file in DOMAIN for line in lines_that_match(file, CLOCKS)] == []


def test_files_are_short():
    lines = {name(file): len(file.read_bytes().splitlines()) for file in SOURCES}
    assert {file: count for file, count in lines.items() if count > 250} == {}


def test_sql_stays_in_the_store():
    said = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|PRAGMA) \S")
    outside = [file for file in SOURCES if not name(file).startswith("store/")]
    assert [name(file) for file in outside if said.search(file.read_text("utf-8"))] == []


def test_functions_are_short():
    lengths = {
        f"{name(file)}:{function.name}": length(function)
        for file in SOURCES
        for function in functions(file)
    }
    assert {function: lines for function, lines in lengths.items() if lines > 40} == {}
    assert median(lengths.values()) <= 10


def test_every_name_says_what_is_inside():
    assert [name(file) for file in SOURCES if file.stem in SAYS_NOTHING] == []
    assert [name(file) for file in SOURCES if file.parent.name in SAYS_NOTHING] == []


def test_everything_runs_on_windows_but_the_worker_may_know_better():
    elsewhere = [file for file in SOURCES if room(file) != "worker"]
    modules = [
        f"{name(file)} imports {module}"
        for file in elsewhere
        for module in imports(file)
        if module.split(".")[0] in NOT_ON_WINDOWS
    ]
    assert modules == []
    assert [at for file in elsewhere for at in lines_that_match(file, NOT_ON_WINDOWS_NAMES)] == []


def test_only_the_ways_in_print():
    printing = [
        f"{name(file)}:{node.lineno}"
        for file in SOURCES
        if room(file) not in MAY_PRINT
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []


def test_every_setting_has_its_sentence():
    assert [setting.name for setting in SETTINGS if not setting.meaning.endswith(".")] == []


MANUALS = [ROOT / "README.md", ROOT / "docs" / "operating.md"]


@pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS])
def test_every_setting_is_in_the_manual(setting):
    words = "\n".join(page.read_text(encoding="utf-8") for page in MANUALS)
    assert re.search(rf"\b{setting}\b", words)


def test_the_manual_names_no_setting_there_is_not():
    known = {setting.name for setting in SETTINGS}
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {
        (page.name, word)
        for page in pages
        for word in re.findall(r"\bGATEWAY_[A-Z][A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))
    }
    assert {(page, word) for page, word in named if word not in known} == set()
