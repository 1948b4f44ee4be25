"""What a notebook records, as the plain value below ``metadata.nbenv``.

Standard library only, and little of it: a starting kernel reads this before anything else.
"""

from __future__ import annotations

from nbenv.errors import RecordError

__all__ = [
    "ABSENT",
    "VERSION",
    "broken",
    "check",
    "current",
    "fingerprint",
    "is_held",
    "is_stripped",
    "recipe",
]

VERSION = 1
ABSENT = "absent"

_RECIPE = ("python", "lock", "indexes", "editable", "source")
_LISTS_OF_TEXT = ("requirements", "lock", "editable", "source")
_MOST = 10_000
"""Entries of a list; the largest environments have some hundreds."""
_LONGEST = 64 * 1024
"""Characters of a text: of a lock's line they are mostly hashes."""
_DEEPEST = 32
_FITS = 60

Value = dict[str, object]


def recipe(value: Value) -> Value:
    """Return the part of a record that determines its environment (not the requirements)."""
    return {key: value[key] for key in _RECIPE if value.get(key)}


def fingerprint(value: Value | None) -> str:
    """Return a short digest of a record, `ABSENT` for none."""
    if value is None:
        return ABSENT
    import json  # as that: not needed at a kernel's start
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


def is_stripped(in_file: object, state: Value | None) -> bool:
    """Whether a file lost its record: it held one, which this machine knows, and has none now.

    A tool that cleans notebooks took it out, or a checkout; which of them, nothing tells.
    """
    known = state is not None and isinstance(state.get("value"), dict) and bool(state.get("saved"))
    return in_file is None and known


def is_held(held: Value, value: Value | None, in_file: object, state: Value | None) -> bool:
    """Whether an environment that holds `held` is what the record `value` says.

    Where a file lost its record, what it had is kept until somebody decides.
    """
    if value is None and is_stripped(in_file, state):
        assert state is not None
        value = state["value"]  # type: ignore[assignment]
    return not held.get("requirements") if value is None else recipe(value) == recipe(held)


def _superseded(state: Value) -> list[object]:
    known = state.get("superseded")
    return known if isinstance(known, list) else []


def check(value: object) -> Value:
    """Return `value` when it has a record's shape; raise `RecordError` naming the place if not."""
    if not isinstance(value, dict):
        raise broken("", "is not an object")
    version = value.get("version")
    if type(version) is int and version > VERSION:
        raise RecordError(
            f"This notebook was recorded by a newer nbenv (format {_shown(version)}).",
            f"This nbenv reads format {VERSION} and leaves the record as it is.",
            "Upgrade it: pip install --upgrade jupyter-nbenv",
        )
    if type(version) is not int or version != VERSION:
        raise broken(".version", f"is {_shown(version)}, not {VERSION}")
    _check_python(value.get("python"))
    for key in _LISTS_OF_TEXT:
        _check_texts(f".{key}", value.get(key, []))
    _check_indexes(value.get("indexes", []))
    _check_depth(value)
    return value


def _check_python(python: object) -> None:
    parts = python.split(".") if isinstance(python, str) else []
    if len(parts) != 2 or not all(
        part.isascii() and part.isdigit() and len(part) < 10 for part in parts
    ):
        raise broken(".python", f'is {_shown(python)}, not a version such as "3.11"')


def _check_list(place: str, found: object) -> list[object]:
    if not isinstance(found, list):
        raise broken(place, "is not a list")
    if len(found) > _MOST:
        raise broken(place, f"has {len(found)} entries; nbenv reads no more than {_MOST}")
    return found


def _check_texts(place: str, texts: object) -> None:
    for position, text in enumerate(_check_list(place, texts)):
        if not isinstance(text, str) or not text.isprintable():
            raise broken(f"{place}[{position}]", "is not one line of text")
        if len(text) > _LONGEST:
            raise broken(f"{place}[{position}]", f"is longer than {_LONGEST} characters")


def _check_indexes(indexes: object) -> None:
    for position, index in enumerate(_check_list(".indexes", indexes)):
        place = f".indexes[{position}]"
        if not isinstance(index, dict):
            raise broken(place, "is not an object with a name and a url")
        for key in ("name", "url"):
            _check_texts(f"{place}.{key}", [index.get(key)])


def _check_depth(value: Value) -> None:
    """Refuse what nests deeper than can be compared and written."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        level = inner
        if not level:
            return
    raise broken("", f"is nested more than {_DEEPEST} deep")


def _shown(value: object) -> str:
    """Return a wrong value for a message, and no more of it than fits there."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value[:_FITS] if isinstance(value, str) else value)
    return text if len(text) <= _FITS + 2 else f"{text[:_FITS]}…"


def broken(place: str, why: str) -> RecordError:
    """Return the error for something below ``metadata.nbenv`` that cannot be used."""
    return RecordError(
        "The environment recorded in this notebook cannot be used.",
        f"Its metadata.nbenv{place} {why}.",
        "Mend it by hand, or remove the key nbenv from the notebook's metadata and install anew.",
    )
