"""The record of a notebook in its plain form, as it stands below ``metadata.nbenv``.

Standard library only, and little of it: a starting kernel imports this before anything else.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from nbenv.errors import RecordError

__all__ = [
    "ABSENT",
    "ASKED",
    "VERSION",
    "RecordDict",
    "broken",
    "check",
    "current",
    "fingerprint",
    "is_held",
    "is_stripped",
    "recipe",
]

RecordDict = dict[str, object]
"""A record in its plain form; `nbenv.core.spec.Spec` is its typed one.

=================  ======================  =========================================================
``version``        int                     the format, `VERSION`; required
``python``         str                     a minor version such as ``"3.11"``; required
``requirements``   list of str             what was asked for, as dependency specifiers (PEP 508)
``lock``           list of str             lines of pip's requirements format, with hashes
``indexes``        list of dict            beyond the machine's: `nbenv.core.spec.Index`
``editable``       list of str             names of local projects that are installed in place
``source``         list of str             names in the lock that are built from source
``prebuilt``       list of str             ``name ; marker``: where nothing is built of such a name
``platforms``      list of str             markers of the only platforms that the lock is for
``constraints``    list of str             specifiers that limit versions and install nothing
``no_deps``        list of str             names whose dependencies are not installed
``find_links``     list of str             URLs of pages, and folders, that have files to install
``no_binary``      list of str             names to build from source, or ``":all:"``
``only_binary``    list of str             names never to build, or ``":all:"``
``exclude_newer``  str                     a day or time; no later file is taken
``index_strategy`` str                     uv's name of the way to choose between indexes
``torch_backend``  str                     the build of PyTorch, as ``cpu`` or ``cu126``; ``none``
``torch_choice``   str                     ``auto`` where it was chosen by the machine's driver
``system``         list of str             packages of the system, which nbenv never installs itself
=================  ======================  =========================================================

Other keys are kept as they are: a later nbenv may have written them.
"""

VERSION = 1
ABSENT = "absent"
"""The fingerprint of no record."""

_RECIPE = (
    "python",
    "lock",
    "indexes",
    "find_links",
    "editable",
    "source",
    "prebuilt",
    "platforms",
    "torch_backend",
)
"""The keys that determine an environment."""
ASKED = (
    "requirements",
    "constraints",
    "no_deps",
    "no_binary",
    "only_binary",
    "exclude_newer",
    "index_strategy",
    "torch_choice",
    "system",
)
"""The keys that determine what the next change resolves, or an image installs."""
_LISTS_OF_TEXT = (
    "requirements",
    "lock",
    "editable",
    "source",
    "prebuilt",
    "platforms",
    "constraints",
    "no_deps",
    "find_links",
    "no_binary",
    "only_binary",
    "system",
)
_TEXTS = ("exclude_newer", "index_strategy", "torch_backend", "torch_choice")
_MOST = 10_000
"""The most entries of a list; the largest environments have some hundreds."""
_MOST_INDEXES = 50
"""The most indexes: uv is given all of them in one variable, which may have 128 KiB on Linux."""
_LONGEST = 64 * 1024
"""The most characters of a text; in a line of a lock most of them are hashes."""
_LARGEST = 4_000_000
"""The most characters of a record, unknown keys included; the largest real ones have 1 million."""
_MOST_PARSED = 500_000
"""The most characters that a parser must read: requirements, and a lock without its hashes."""
_MOST_VALUES = 200_000
"""The most values in a record, at all levels."""
_DEEPEST = 32
"""The deepest nesting: comparing and writing recurse, and must not exhaust Python's stack."""
_FITS = 60
"""Characters of a wrong value that a message shows."""


def recipe(record: RecordDict) -> RecordDict:
    """Return the part of a record that determines its environment.

    The requirements are not in it: what is installed follows from the lock alone.
    """
    return {key: record[key] for key in _RECIPE if record.get(key)}


def fingerprint(record: RecordDict | None) -> str:
    """Return a short digest of a record, equal for equal ones; `ABSENT` for none."""
    if record is None:
        return ABSENT
    import json  # like hashlib, not needed when a kernel starts
    from hashlib import blake2b

    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def current(
    in_document: RecordDict | None,
    state: dict[str, object] | None,
    on_disk: object = NotImplemented,
) -> RecordDict | None:
    """Return the record that holds: the document's own, or a newer one not yet saved into it.

    Parameters
    ----------
    in_document
        ``metadata.nbenv`` of the document (the file, or the model that a front end saves).
    state
        This machine's knowledge of the notebook: its newest record (``value``), whether the file
        ever held that (``saved``), and the fingerprints of earlier ones (``superseded``).
    on_disk
        With a front end's model, the record in the file that it is about to replace.
    """
    if state is None or state.get("value") is None:
        return in_document
    newest = state["value"]
    # A record that this machine never replaced came from elsewhere: a checkout, an editor.
    if in_document == newest or fingerprint(in_document) not in _superseded(state):
        return in_document
    if not state.get("saved"):
        return newest  # type: ignore[return-value]
    # The file held the newest record once. A front end that still shows an older one is stale,
    # unless the file itself went back too (a checkout): then the document is right.
    return newest if on_disk == newest else in_document  # type: ignore[return-value]


def is_stripped(in_file: object, state: dict[str, object] | None) -> bool:
    """Return whether a file lost its record: it held one, which this machine knows.

    A tool that cleans notebooks removed it, or a checkout did; there is no way to know which.
    """
    known = state is not None and isinstance(state.get("value"), dict) and bool(state.get("saved"))
    return in_file is None and known


def is_held(
    held: RecordDict, record: RecordDict | None, in_file: object, state: dict[str, object] | None
) -> bool:
    """Return whether an environment that was synced to `held` is what `record` asks for.

    Where a file lost its record, the environment of the lost one is right until the user decides.
    """
    if record is None and is_stripped(in_file, state):
        assert state is not None
        record = state["value"]  # type: ignore[assignment]
    return not held.get("requirements") if record is None else recipe(record) == recipe(held)


def _superseded(state: dict[str, object]) -> list[object]:
    known = state.get("superseded")
    return known if isinstance(known, list) else []


def check(found: object) -> RecordDict:
    """Return what was found below ``metadata.nbenv`` if it has the shape of a record.

    Texts, numbers and nesting are bounded: a notebook may come from a stranger.

    Raises
    ------
    RecordError
        It does not, or a newer nbenv wrote it; the message names the place.
    """
    if not isinstance(found, dict):
        raise broken("", "is not an object")
    version = found.get("version")
    # ``True == 1`` in Python, so the type is compared too.
    if type(version) is int and version > VERSION:
        from nbenv.errors import RecordError  # only where something is wrong

        raise RecordError(
            f"This notebook was recorded by a newer nbenv (format {_excerpt(version)}).",
            f"This nbenv reads format {VERSION}; it leaves the record as it is.",
            "Upgrade nbenv: pip install --upgrade jupyter-nbenv",
        )
    if type(version) is not int or version != VERSION:
        raise broken(".version", f"is {_excerpt(version)}, not {VERSION}")
    _check_python(found.get("python"))
    for key in _LISTS_OF_TEXT:
        _check_texts(f".{key}", found.get(key, []))
    for key in _TEXTS:
        _check_text(f".{key}", found.get(key, ""))
    _check_indexes(found.get("indexes", []))
    _check_size(found)
    return found


def _check_python(python: object) -> None:
    parts = python.split(".") if isinstance(python, str) else []
    if len(parts) != 2 or not all(
        part.isascii() and part.isdigit() and len(part) < 10 for part in parts
    ):
        raise broken(".python", f'is {_excerpt(python)}, not a version such as "3.11"')


def _check_list(place: str, found: object, most: int = _MOST) -> list[object]:
    if not isinstance(found, list):
        raise broken(place, "is not a list")
    if len(found) > most:
        raise broken(place, f"has {len(found)} entries; {_most(most)}")
    return found


def _check_texts(place: str, texts: object) -> None:
    length = 0
    for position, text in enumerate(_check_list(place, texts)):
        length += len(_check_text(f"{place}[{position}]", text).partition(" --hash=")[0])
    if length > _MOST_PARSED:
        raise broken(place, f"has {length} characters, not counting hashes; {_most(_MOST_PARSED)}")


def _check_text(place: str, text: object) -> str:
    if not isinstance(text, str) or not text.isprintable():
        raise broken(place, "is not one line of text")
    if len(text) > _LONGEST:
        raise broken(place, f"is longer than {_LONGEST} characters")
    return text


def _most(number: int) -> str:
    return f"nbenv reads at most {number}"


def _check_indexes(indexes: object) -> None:
    for position, index in enumerate(_check_list(".indexes", indexes, _MOST_INDEXES)):
        place = f".indexes[{position}]"
        if not isinstance(index, dict):
            raise broken(place, "is not an object with a name and a url")
        for key in ("name", "url"):
            _check_text(f"{place}.{key}", index.get(key))
        for key in ("default", "with_dependencies"):
            if index.get(key, True) is not True:
                raise broken(f"{place}.{key}", "is not true")
        for key in ("packages", "dependencies"):
            _check_texts(f"{place}.{key}", index.get(key, []))


def _check_size(record: RecordDict) -> None:
    """Raise if a record, unknown keys included, is too large or nests too deep.

    It iterates: to recurse might exhaust Python's stack.
    """
    level: list[object] = [record]
    values = length = 0
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
                inner.extend(each)  # its keys
            elif isinstance(each, list):
                inner.extend(each)
            elif isinstance(each, str):
                length += len(each)
        level = inner
        values += len(level)
        if values > _MOST_VALUES:
            raise broken("", f"has more than {_MOST_VALUES} values")
        if length > _LARGEST:
            raise broken("", f"has more than {_LARGEST} characters")
        if not level:
            return
    raise broken("", f"is nested more than {_DEEPEST} levels deep")


def _excerpt(value: object) -> str:
    """Return a wrong value for a message, cut to what fits there."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value[:_FITS] if isinstance(value, str) else value)
    return text if len(text) <= _FITS + 2 else f"{text[:_FITS]}…"


def broken(place: str, why: str) -> RecordError:
    """Return the error for a `place` below ``metadata.nbenv``, such as ``.lock[3]``."""
    from nbenv.errors import RecordError  # only where something is wrong

    return RecordError(
        "The environment recorded in this notebook cannot be used.",
        f"Its metadata.nbenv{place} {why}.",
        "Correct it by hand, or remove the key nbenv from the metadata and install again.",
    )
