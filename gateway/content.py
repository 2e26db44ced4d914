"""Content comes and goes as files: checked whole, and put in place only if nothing is wrong."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gateway.context import Gateway, read_pack
from gateway.domain.alerts import Refused
from gateway.domain.dialogue import PackError
from gateway.files import folder, write_whole
from gateway.language.check import Finding
from gateway.language.check import check as check_catalogues
from gateway.people import NOT_A_LANGUAGE
from gateway.store import audit, topics

ALLOWED = re.compile(
    r"messages/[\w-]+\.toml|locales/[A-Za-z]{2,3}(-\w+)*/LC_MESSAGES/(content|console)\.po"
)
LARGEST = 5_000_000


def findings(gw: Gateway, data: Path) -> list[Finding]:
    """Return what is wrong with the catalogues in use, with this deployment's own values."""
    real = {"org": gw.settings["ORGANISATION"], "emergency": gw.settings["EMERGENCY"]}
    return check_catalogues([folder("locales"), data / "locales"], real)


def pack(data: Path, packed: zipfile.ZipFile) -> list[str]:
    """Put the files in use into a ZIP; a file of the data folder stands for the shipped one."""
    found: dict[str, Path] = {}
    for messages, locales in (
        (folder("templates") / "messages", folder("locales")),
        (data / "messages", data / "locales"),
    ):
        found |= {f"messages/{file.name}": file for file in messages.glob("*.toml")}
        for file in locales.glob("*/LC_MESSAGES/*.po"):
            found[f"locales/{file.parts[-3]}/LC_MESSAGES/{file.name}"] = file
    for name, file in sorted(found.items()):
        packed.write(file, name)
    return sorted(found)


def unpack(file: Path, language: str) -> dict[str, bytes]:
    """Read a .po, .toml or .zip file as names and contents; Refused if it is none of them."""
    if file.suffix == ".po":
        if not language:
            raise Refused("Say whose words they are: --language ne")
        return {f"locales/{language}/LC_MESSAGES/content.po": file.read_bytes()}
    if file.suffix == ".toml":
        return {f"messages/{file.name}": file.read_bytes()}
    if not zipfile.is_zipfile(file):
        raise Refused("Give a .po file, a .toml file, or a ZIP made by 'gateway content export'.")
    with zipfile.ZipFile(file) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in entries) > LARGEST:
            raise Refused("The ZIP holds more than 5 MB: that is not content of this gateway.")
        return {entry.filename: packed.read(entry) for entry in entries}


def take_in(gw: Gateway, by: str, files: Mapping[str, bytes]) -> list[str]:
    """Put files into the data folder; return what is wrong, and then nothing was put."""
    if strange := [*_strange(gw, files)]:
        return strange
    known = {(f.language, f.key, f.problem) for f in findings(gw, gw.settings.data)}
    with tempfile.TemporaryDirectory() as trial:
        tried = Path(trial)
        _put(gw.settings.data, tried, {})
        _put(tried, tried, files)
        problems = _problems(gw, tried, known)
    if problems:
        return problems
    _put(gw.settings.data, gw.settings.data, files)
    _write_down(gw, by, sorted(files))
    return []


def _strange(gw: Gateway, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not ALLOWED.fullmatch(name):
            yield f"{name} does not belong to content"
        elif name.startswith("locales/") and not gw.languages.knows(name.split("/")[1]):
            yield f"{name}: {NOT_A_LANGUAGE}"


def _put(source: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Write files under a folder, after what the source folder already has of its own."""
    own = [*source.glob("messages/*.toml"), *source.glob("locales/*/LC_MESSAGES/*.po")]
    held = {} if source == target else {str(f.relative_to(source)): f.read_bytes() for f in own}
    for name, content in (held | dict(files)).items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, content)


def _problems(gw: Gateway, tried: Path, known: set[tuple[str, str, str]]) -> list[str]:
    try:
        read_pack(tried / "messages")
    except PackError as error:
        return [str(error)]
    found = [f for f in findings(gw, tried) if (f.language, f.key, f.problem) not in known]
    return [f"{f.language} {f.key}: {f.problem}" for f in found]


def _write_down(gw: Gateway, by: str, names: list[str]) -> None:
    now, pack = gw.clock(), read_pack(gw.settings.data / "messages")
    gw.store.write(lambda db: topics.load(db, pack))
    gw.store.write(
        lambda db: audit.write(db, now, by, "content.import", "content", {"files": names})
    )
