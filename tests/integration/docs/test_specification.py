"""The specification's schema and test vectors agree with nbenv."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nbenv.core import record
from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import is_for
from nbenv.errors import LockError, RecordError

DOCS = Path(__file__).parents[3] / "docs"
PLACE = DOCS / "specification"
SCHEMA = json.loads((PLACE / "record-1.schema.json").read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = json.loads((PLACE / "vectors.json").read_text(encoding="utf-8"))
USED = [each for each in VECTORS if "refused" not in each]
REFUSED = [each for each in VECTORS if "refused" in each]


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def installed(spec: Spec, environment: dict[str, str]) -> tuple[list[str] | None, list[str]]:
    """Return what is installed in an environment, and what of it may be built."""
    if not is_for(spec.lock.platforms, environment):
        return None, []
    try:
        chosen = spec.lock.selection(environment).values()
    except LockError:
        return None, []
    built = [each.name for each in chosen if each.source]
    return sorted(each.requirement for each in chosen), sorted(built)


@pytest.mark.parametrize("vector", USED, ids=name_of)
def test_a_record_that_is_used(vector: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMA).validate(vector["record"])
    spec = Spec.from_record(vector["record"])
    expected = vector["installs"], vector["builds"]
    assert installed(spec, vector["environment"]) == expected
    assert spec.to_record() == vector["record"]


@pytest.mark.parametrize("vector", REFUSED, ids=name_of)
def test_a_record_that_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(RecordError) as raised:
        Spec.from_record(vector["record"])
    place = f"metadata.nbenv{vector['refused']}"
    assert f"{place} " in f"{raised.value} {raised.value.why}".replace(")", " ")


def test_names_are_unique() -> None:
    assert len(set(map(name_of, VECTORS))) == len(VECTORS)


def test_the_schema_is_one_and_has_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    known = {*record.recipe(dict.fromkeys(SCHEMA["properties"], 1)), *record.ASKED, "version"}
    assert set(SCHEMA["properties"]) == known
    text = (DOCS / "specification.md").read_text(encoding="utf-8")
    assert all(f"| `{key}`" in text or f", `{key}`" in text for key in known)


def test_the_schema_refuses_what_it_can_see() -> None:
    """Most of what must be refused has a wrong shape; the rest needs a reader."""
    validator = Draft202012Validator(SCHEMA)
    missed = {name_of(each) for each in REFUSED if validator.is_valid(each["record"])}
    assert len(missed) <= len(REFUSED) // 2
    assert not missed & {"no version", "a line that is no text", "a line without a hash"}


@pytest.mark.parametrize("path", sorted((DOCS.parent / "examples").glob("*.ipynb")), ids=str)
def test_real_notebooks_follow_the_schema(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))["metadata"]["nbenv"]
    Draft202012Validator(SCHEMA).validate(found)
