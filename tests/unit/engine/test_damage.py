"""The state of an environment before a change: whole, touched, damaged, or to be replaced."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.engine import damage
from nbenv.engine.damage import (
    begin_check,
    confirm_touched,
    find_damage,
    must_be_replaced,
    must_leave_provided,
)
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.integrity import IntegrityReport
from tests.support.environments import environment_of, install, install_by_hand
from tests.support.index import LocalIndex


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("alpha", "1.0", modules={"alpha/__init__.py": "one = 1\n"})
    install(notebook, "alpha")
    return notebook


def test_a_check_that_fails_fails_where_it_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Environment) -> IntegrityReport:
        raise OSError("the disk is gone")

    monkeypatch.setattr(damage, "check", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        begin_check(Environment("work-1")).result()


def test_an_environment_that_is_not_there_checks_as_sound() -> None:
    assert begin_check(Environment("nowhere")).result() == IntegrityReport()


def test_what_was_touched_is_confirmed_when_it_is_complete(installed: Path) -> None:
    environment = environment_of(installed)
    assert confirm_touched(environment, environment.read_marker())
    install_by_hand(environment, "drift")
    touched = environment.read_marker()
    assert touched.is_touched
    assert confirm_touched(environment, touched)
    assert environment.read_marker() == replace(touched, is_touched=False)


def test_what_was_touched_and_lacks_something_is_not_confirmed(installed: Path) -> None:
    environment = environment_of(installed)
    shutil.rmtree(environment.site_packages() / "alpha-1.0.dist-info")
    touched = environment.read_marker()
    assert not confirm_touched(environment, touched)
    assert environment.read_marker().is_touched
    (environment.site_packages() / "alpha" / "__init__.py").unlink()
    assert not confirm_touched(environment, replace(touched, record=None))


# -- damage

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": [], "lock": []}


@pytest.mark.parametrize(
    ("version", "marker", "report", "sentence"),
    [
        (None, Marker(), IntegrityReport(frozenset("a")), ""),
        ("3.11.4", Marker(RECORD), IntegrityReport(), ""),
        ("3.11.4", Marker(RECORD), IntegrityReport(strays=frozenset({"x"})), ""),
        ("3.11.4", Marker(), IntegrityReport(strays=frozenset({"x"})), "was interrupted"),
        ("3.11.4", Marker(RECORD), IntegrityReport(frozenset("ab")), "Files of a, b are missing"),
        ("3.11.4", Marker(RECORD), IntegrityReport(frozenset("abcdef")), "a, b, c, d, e, … are"),
        ("3.11.4", Marker(RECORD, mismatched=frozenset("a")), IntegrityReport(frozenset("a")), ""),
    ],
)
def test_damage_is_said_in_a_sentence(
    version: str | None, marker: Marker, report: IntegrityReport, sentence: str
) -> None:
    found = find_damage(version, marker, report)
    assert sentence in found
    assert bool(found) == bool(sentence)


# -- replacing


@pytest.mark.parametrize(
    ("version", "python", "replaced"),
    [(None, "3.11", False), ("3.11.4", "3.11", False), ("3.1.4", "3.11", True)],
)
def test_another_python_needs_another_environment(
    version: str | None, python: str, replaced: bool
) -> None:
    needed = must_be_replaced(version, Marker(), Spec(python))
    assert needed == replaced


def of(digit: str, version: str = "1.0") -> Spec:
    """Return a spec that locks one package to a file whose hash consists of that digit."""
    return Spec("3.11", lock=Lock.from_lines((f"a=={version} --hash=sha256:{digit * 64}",)))


@pytest.mark.parametrize(
    ("made_of", "spec", "replaced"),
    [
        (of("1").to_record(), of("1"), False),
        (of("1").to_record(), of("2"), True),
        (of("1").to_record(), of("2", "2.0"), False),
        ({**of("1").to_record(), "lock": ["broken"]}, of("2"), False),
        (None, of("2"), False),
    ],
)
def test_other_files_of_a_version_need_another_environment(
    made_of: dict[str, object] | None, spec: Spec, replaced: bool
) -> None:
    assert must_be_replaced("3.11.4", Marker(made_of), spec) == replaced


@pytest.mark.skipif(os.name != "posix", reason="nothing is provided on Windows")
def test_what_another_version_linked_is_left_alone(tmp_path: Path) -> None:
    made_of = {**of("1").to_record(), "lock": ["broken"]}
    environment = Environment(str(tmp_path))
    assert not must_leave_provided(environment, "3.11.4", Marker(made_of), of("1"))
    (tmp_path / "lib").symlink_to(tmp_path)
    assert must_leave_provided(environment, "3.11.4", Marker(made_of), of("1"))
    assert not must_leave_provided(environment, None, Marker(made_of), of("1"))
