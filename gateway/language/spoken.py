"""The words people send, from the keyword files and from the catalogues, as one table."""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.domain.feedback import Type
from gateway.domain.keywords import ALWAYS, is_topic, live, merged
from gateway.language.catalogue import Catalogue, Unreadable, listed
from gateway.language.table import nearest

_MEANS = {"join": "opt_in", "alert": "alert", **{kind.value: f"type:{kind}" for kind in Type}}

Words = dict[str, dict[str, list[str]]]


def keyword_files(folders: Sequence[Path]) -> tuple[dict[str, Any], ...]:
    """Return each folder's keywords.json, where it has one; Unreadable if one is broken."""
    return tuple(_read(f / "keywords.json") for f in folders if (f / "keywords.json").is_file())


def keywords(
    files: Sequence[Mapping[str, Any]],
    contents: Mapping[str, Catalogue],
    drafts: Container[str] = (),
) -> Words:
    """Return the words of every language and what they mean, ready for Keywords.

    Words from several places add up, so that a deployment can add ways to leave and cannot
    lose one. Keyword files whose language needs a native check count only if in `drafts`.
    """
    said = {tag: _said(one) for tag, one in contents.items()}
    return merged({ALWAYS: _names(contents)}, *(live(file, drafts) for file in files), said)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {ALWAYS: found.get(ALWAYS, {}), "languages": found.get("languages", {})}
    except (ValueError, AttributeError) as error:
        raise Unreadable(f"{file}: {error}") from error


def _said(one: Catalogue) -> dict[str, list[str]]:
    return {meaning: listed(text) for meaning, text in _meanings(one)}


def _meanings(one: Catalogue) -> Iterator[tuple[str, str]]:
    for key, entry in one.entries.items():
        kind, _, name = key.partition(".")
        if kind == "keyword":
            yield name, entry.form(None)
        elif kind == "word" and (name in _MEANS or not is_topic(name)):
            yield _MEANS.get(name, name), entry.form(None)


def _names(contents: Mapping[str, Catalogue]) -> dict[str, list[str]]:
    """Return what each language is called, by its speakers and in English."""
    known = {tag: nearest(tag) for tag in contents}
    return {f"language:{tag}": [one.endonym, one.english] for tag, one in known.items() if one}
