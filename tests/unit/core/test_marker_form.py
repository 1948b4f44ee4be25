"""Markers have one form, whoever wrote them; real ones and generated ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.markers import Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement

from nbenv.core.lock import LockedDistribution
from nbenv.core.marker_form import canonical_marker, has_mixed_quotes, marker_text
from nbenv.core.requirements import normalise
from nbenv.core.spec import Spec
from nbenv.errors import LockError, RequirementError

HASH = " --hash=sha256:" + "a" * 64
REAL = (Path(__file__).parent / "real_markers.txt").read_text(encoding="utf-8").splitlines()
"""The distinct markers in the Requires-Dist fields of 1,300 distributions."""
ENVIRONMENTS: list[dict[str, str]] = [
    {**{key: str(value) for key, value in default_environment().items()}, "extra": "test", **other}
    for other in (
        {},
        {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
        {"python_version": "3.8", "python_full_version": "3.8.20", "platform_machine": "arm64"},
        {"platform_release": "6.1-odd+#3 ünïcode", "implementation_name": "pypy"},
    )
]

VERSIONS = [
    "python_version", "python_full_version", "implementation_version", "platform_release",
    "platform_version",
]  # fmt: skip
TEXTS = [
    "os_name", "sys_platform", "platform_machine", "platform_system", "implementation_name",
    "platform_python_implementation", "os.name", "sys.platform", "platform.machine",
    "python_implementation", "extra",
]  # fmt: skip
values = st.one_of(
    st.sampled_from(
        ["3.8", "3.11.2", "3.*", "win32", "nt", "A_b.C", "", "3.8, 3.9", "#1 SMP", "~"]
    ),
    st.text(alphabet="aZ09._-*+ ,()'\"é;#", max_size=8),
)


def quoted(value: str, quote: str) -> str:
    """Write a value in a marker; no value can contain both kinds of quotes."""
    assume(not ("'" in value and '"' in value))
    other = '"' if quote == "'" else "'"
    return f"{other}{value}{other}" if quote in value else f"{quote}{value}{quote}"


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    """One comparison, either way round."""
    name = draw(st.sampled_from(VERSIONS + TEXTS))
    operator = draw(
        st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~=", "===", "in", "not in", "not   in"])
    )
    value = quoted(draw(values), draw(st.sampled_from("'\"")))
    left, right = (value, name) if draw(st.booleans()) else (name, value)
    space = " " if operator[-1] == "n" else draw(st.sampled_from(["", " ", "  "]))
    return f"{left}{space}{operator}{space}{right}"


markers = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map("({})".format),
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("( {} {} {} )".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=8,
)


def outcome(marker: str, environment: dict[str, str]) -> object:
    """Return whether a marker holds, or how evaluating it fails."""
    try:
        return Marker(marker).evaluate(environment)
    except Exception as error:
        return type(error)


def check_same(text: str) -> None:
    """Check that a marker keeps its meaning in our form, and that this form is the only one."""
    written = canonical_marker(text)
    assert canonical_marker(written) == written
    assert canonical_marker(canonical_marker(text, '"')) == written
    for environment in ENVIRONMENTS:
        assert outcome(written, environment) == outcome(text, environment)


def check_read_back(text: str) -> None:
    """Check that what is resolved, recorded and read again is approved by the same digest."""
    made = LockedDistribution("a", "1", marker=text, hashes=(HASH.partition("=")[2],))
    line = f"a==1 ; {text}{HASH}"
    try:
        read = LockedDistribution.from_line(line)
    except LockError:  # it can be in no lock
        return
    spec = spec_of(made.line)
    assert read == made == LockedDistribution.from_line(made.line)
    folder = Path("/notebooks")
    again = Spec.from_record(json.loads(json.dumps(spec.to_record())))
    foreign = spec_of(line)
    assert again.digest(folder) == spec.digest(folder) == foreign.digest(folder)
    assert again == spec
    assert again.to_record() == spec.to_record()
    assert foreign.to_record()["lock"] == [line]  # what was only read is not written anew


def spec_of(line: str) -> Spec:
    """Return the record with one line in its lock."""
    return Spec.from_record({"version": 1, "python": "3.11", "requirements": ["a"], "lock": [line]})


@pytest.mark.parametrize("text", REAL)
def test_markers_of_real_distributions(text: str) -> None:
    check_same(text)
    check_read_back(text)
    assert canonical_marker(text) == str(Marker(text)).replace('"', "'")  # as former records


@given(markers)
@settings(max_examples=300, deadline=None)
def test_generated_markers(text: str) -> None:
    try:
        Requirement(f"a==1 ; {text}")
    except InvalidRequirement:
        assume(False)
    check_same(text)
    check_read_back(text)


@given(markers)
@settings(max_examples=100, deadline=None)
def test_requirements_with_generated_markers(text: str) -> None:
    try:
        written = normalise(f"A.b[X_y,c] (>=1,<2.0) ; {text}")
    except RequirementError:
        return
    assert written.startswith("a-b[c,x-y]<2.0,>=1; ")
    assert normalise(written) == written
    for environment in ENVIRONMENTS:
        assert outcome(written.partition("; ")[2], environment) == outcome(text, environment)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("((os_name != 'nt' and sys_platform == 'win32') or (sys_platform != 'win32'))",
         "(os_name != 'nt' and sys_platform == 'win32') or sys_platform != 'win32'"),
        ('"win32"==sys.platform', "'win32' == sys_platform"),
        ("os_name not   in \"a'b\"", "os_name not in \"a'b\""),
        ("a ((and", "a ((and"),
        ("extra == 'A_b'", "extra == 'a-b'"),
        ("(((os_name=='nt')))", "os_name == 'nt'"),
    ],
)  # fmt: skip
def test_one_form(text: str, written: str) -> None:
    assert canonical_marker(text) == written


def test_deep_nesting_is_no_trouble() -> None:
    text = "(" * 1000 + "os_name == 'nt'" + ")" * 1000
    assert canonical_marker(text) == "os_name == 'nt'"


def test_the_marker_in_a_requirement() -> None:
    url = "https://h.invalid/a;b.whl"
    assert marker_text(f"a @ {url} ; os_name == 'nt'", url) == "os_name == 'nt'"
    assert marker_text("a>=1;os_name=='nt'", None) == "os_name=='nt'"
    assert marker_text("a", None) == ""


def test_quotes_in_values_that_packaging_cannot_write() -> None:
    assert has_mixed_quotes("os_name == 'a\"b'")
    assert not has_mixed_quotes("os_name == \"a'b\" and 'c' == os_name")
    with pytest.raises(RequirementError, match="quotation mark"):
        normalise('a; os_name == \'x" or "1" == "1\'')
