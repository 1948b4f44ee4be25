"""What a notebook records, as the plain value below ``metadata.nbenv``.

Standard library only, and little of it: a starting kernel reads this before anything else.
"""

from __future__ import annotations

import json

from nbenv.errors import RecordError

__all__ = ["ABSENT", "VERSION", "check", "current", "fingerprint", "recipe"]

VERSION = 1
ABSENT = "absent"

_RECIPE = ("python", "lock", "indexes", "editable")
_LISTS_OF_TEXT = ("requirements", "lock", "editable")

Value = dict[str, object]


def recipe(value: Value) -> Value:
    """Return the part of a record that determines its environment (not the requirements)."""
    return {key: value[key] for key in _RECIPE if value.get(key)}


def fingerprint(value: Value | None) -> str:
    """Return a short digest of a record, `ABSENT` for none."""
    if value is None:
        return ABSENT
    from hashlib import blake2b

    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def current(
    in_document: Value | None, state: Value | None, on_disk: object = NotImplemented
) -> Value | None:
    """Return the record that is true: the document's own, or a newer one not yet saved into it.

    Parameters
    ----------
    in_document
        ``metadata.nbenv`` of the document (the file, or the model that a front end saves).
    state
        What this machine knows of the notebook: the newest ``value``, whether the file ever held
        it (``saved``), and the fingerprints that the document had before (``superseded``).
    on_disk
        With a front end's model, the record in the file that it is about to replace.
    """
    if state is None or state.get("value") is None:
        return in_document
    newest = state["value"]
    if in_document == newest or fingerprint(in_document) not in _superseded(state):
        return in_document
    if not state.get("saved"):
        return newest  # type: ignore[return-value]
    # The file held the newest record once. A front end that still shows an older one is stale,
    # unless the file itself went back too (a checkout): then the document is right.
    return newest if on_disk == newest else in_document  # type: ignore[return-value]


def _superseded(state: Value) -> list[object]:
    known = state.get("superseded")
    return known if isinstance(known, list) else []


def check(value: object) -> Value:
    """Return `value` when it is a record that this nbenv can use; raise `RecordError` if not."""
    if not isinstance(value, dict):
        raise _broken("it is not an object")
    version = value.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise RecordError(
            f"This notebook was recorded by a newer nbenv (format {version}).",
            f"This nbenv reads format {VERSION} and leaves the record as it is.",
            "Upgrade it: pip install --upgrade jupyter-nbenv",
        )
    if version != VERSION or isinstance(version, bool):
        raise _broken(f"version is {version!r}, not {VERSION}")
    _check_python(value.get("python"))
    for key in _LISTS_OF_TEXT:
        _check_texts(key, value.get(key, []))
    _check_indexes(value.get("indexes", []))
    return value


def _check_python(python: object) -> None:
    parts = python.split(".") if isinstance(python, str) else []
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise _broken(f'python is {python!r}, not a version such as "3.11"')


def _check_texts(key: str, texts: object) -> None:
    if not isinstance(texts, list):
        raise _broken(f"{key} is not a list")
    for position, text in enumerate(texts):
        if not isinstance(text, str) or not text.isprintable():
            raise _broken(f"{key}[{position}] is not one line of text")


def _check_indexes(indexes: object) -> None:
    if not isinstance(indexes, list):
        raise _broken("indexes is not a list")
    for position, index in enumerate(indexes):
        if not isinstance(index, dict) or not all(
            isinstance(index.get(key), str) and index[key].isprintable() for key in ("name", "url")
        ):
            raise _broken(f"indexes[{position}] has no name and url")


def _broken(why: str) -> RecordError:
    return RecordError(
        "The environment recorded in this notebook cannot be used.",
        f"In its metadata, nbenv is broken: {why}.",
        "Mend it by hand, or remove the key nbenv from the notebook's metadata and install anew.",
    )
