"""Fuzz targets: everything that reads foreign input, as functions of bytes.

They may raise only nbenv's own errors. `tests/trust/test_fuzzing.py` feeds them from Hypothesis,
`tests/trust/fuzz.py` from atheris.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from packaging.markers import default_environment

from nbenv.cli.commands import parse
from nbenv.core import record, requirements, urls
from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import must_be_built
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import drift
from nbenv.engine.indexes.asked_indexes import parse_index
from nbenv.errors import InstallerError, NbenvError
from nbenv.installer import pip_config
from nbenv.installer.failures.uv_errors import explain_failure
from nbenv.kernel.guest import shell_words
from nbenv.notebook.metadata import read_metadata, write_metadata
from nbenv.server.contents_paths import local_path

__all__ = ["TARGETS", "run"]

NEW = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
_FOLDER = Path(tempfile.gettempdir())
_PLATFORM = {name: str(value) for name, value in default_environment().items()}


def run(name: str, data: bytes) -> bool:
    """Feed one target; return whether it accepted the data or refused it with nbenv's error."""
    try:
        TARGETS[name](data)
    except NbenvError as error:
        # Typed words are echoed as they are; text from a file must not control the terminal.
        assert name == "words" or all(map(str.isprintable, str(error).splitlines()))
        return False
    return True


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")  # JSON may hold lone surrogates
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _plain(value: object) -> str:
    """Return canonical JSON: comparing values would fail on NaN, which does not equal itself."""
    return json.dumps(value, sort_keys=True)


def _notebook(data: bytes) -> None:
    """Read, write and reread a file; only the written value may change."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.ipynb")
        Path(path).write_bytes(data)
        metadata = read_metadata(path)
        write_metadata(path, {"nbenv": NEW})
        after = json.loads(Path(path).read_bytes().decode("utf-8-sig"))
        expected = {**metadata, "nbenv": NEW}
        assert _plain(after["metadata"]) == _plain(expected)
        before = json.loads(data.decode("utf-8-sig"))
        assert {**after, "metadata": 0} == {**before, "metadata": 0}


def _record(data: bytes) -> None:
    """Parse a record; an accepted one must round-trip, and showing it must not look anywhere."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    spec = Spec.from_record(value)
    again = Spec.from_record(spec.to_record())
    assert again.digest(_FOLDER) == spec.digest(_FOLDER)
    assert record.current(value, {"value": NEW, "superseded": [record.ABSENT]}) == value
    drift(spec.lock.selection(_PLATFORM), {})
    spec.lock.changes_to(again.lock)
    for each in spec.lock.distributions:
        assert not set(each.line) & set("\n\r\0")
        if each.url:
            must_be_built(each.url)


def _line(data: bytes) -> None:
    locked = LockedDistribution.from_line(_text(data))
    assert LockedDistribution.from_line(locked.line).line == locked.line
    assert not locked.name.startswith("-")
    assert locked.hashes or locked.url
    locked.holds_for(_PLATFORM)


def _requirement(data: bytes) -> None:
    text = _text(data)
    requirements.is_named(text)
    requirements.check_recorded(text)
    merged = requirements.merge(["six>=1"], [text])
    assert requirements.merge(merged, [text]) == merged
    requirements.remove(merged, ["six"])


def _address(data: bytes) -> None:
    text = _text(data)
    clean = urls.without_credentials(text)
    assert urls.without_credentials(clean) == clean
    if not urls.index_problem(text):
        assert clean == text
        assert text.startswith(("http", "HTTP", "Http")) or "://" in text
    urls.direct_problem(text, locked=True)
    parse_index(f"name={text}")


def _pip_configuration(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pip.conf")
        path.write_bytes(data)
        pip_config.as_uv_environment(pip_config.read({"PIP_CONFIG_FILE": str(path)}))


def _words(data: bytes) -> None:
    text = _text(data)
    found = shell_words.split(text)
    shell_words.is_for_shell(text)
    shell_words.for_shell(text)
    if not {"-h", "--help", "--version"} & set(found):
        try:
            parse(found)
        except SystemExit as error:  # an abbreviation of --help
            assert error.code in (0, None)


def _installer(data: bytes) -> None:
    error = explain_failure(data.decode("utf-8", "replace").splitlines())
    assert isinstance(error, InstallerError)


def _path(data: bytes) -> None:
    root = os.path.realpath(_FOLDER)
    found = local_path(SimpleNamespace(root_dir=root), _text(data))
    assert found is None or found == root or found.startswith(os.path.join(root, ""))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "notebook": _notebook,
    "record": _record,
    "line": _line,
    "requirement": _requirement,
    "address": _address,
    "pip-configuration": _pip_configuration,
    "words": _words,
    "installer": _installer,
    "path": _path,
}
