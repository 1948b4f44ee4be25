"""Rules about what parts of libraries need, derived from wheels."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import InvalidRequirement, Requirement

from tests.support.wheels import make_wheel
from tools.optional_needs import __main__ as tool
from tools.optional_needs import reading
from tools.optional_needs import rules as ruling

NAME = "seaborn"
"""A library that the table of modules knows; what is in it is made here."""
TRY = "def draw():\n    try:\n        import numba\n    except ImportError:\n        "


def derived(folder: Path, modules: dict[str, str], **options: object) -> list[str]:
    texts = {f"seaborn/{path}": text for path, text in {"__init__.py": "", **modules}.items()}
    wheel = make_wheel(folder, NAME, "1.0", modules=texts, **options)  # type: ignore[arg-type]
    return list(ruling.rules(reading.read(wheel)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def draw(): import numba", True),
        ("async def draw():\n    from numba.core import x", True),
        ("def draw():\n    with x:\n        import numba", True),
        ("def draw():\n    with suppress(ImportError):\n        import numba", False),
        ("def draw():\n    with LazyImport('numba'):\n        import numba", False),
        ("def draw():\n    if x:\n        import numba", False),
        (
            "def draw():\n    try:\n        import numba\n    except ImportError:\n        pass",
            False,
        ),
        (
            "def draw():\n    try:\n        import numba\n    except ImportError:\n        raise x",
            True,
        ),
        ("def draw(): import_optional_dependency('numba')", True),
        ("def draw(): import_optional_dependency('numba', errors='ignore')", False),
        ("def draw(): import_optional_dependency('numba', errors='raise')", True),
        ("def draw(): show('numba')", False),
        ("def draw(): _check_soft_dependencies('nobody_has', 'numba>=0.5')", True),
        ("def draw(): requires_backends(draw, ['nobody_has', 'numba'])", True),
        ("def draw(): import_optional_dependency('nobody_has', 'numba')", False),
        ("numba, has = optional_import('numba')\ndef draw(): return numba.jit(f)", True),
        ("jit = lazy_import('numba')\ndef draw(): x = f(jit(g))", True),
        ("jit = lazy_import('numba')\ndef draw(): x = [jit(g) for g in h]", False),
        ("jit = lazy_import('numba')\ndef draw():\n    if x: jit(g)", False),
        ("def draw(): check_package('numba')", True),
        ("def draw(): self.build_child_package('numba')", False),
        ("def check(): import numba\ndef draw(): return check()", True),
        (
            "try:\n    import numba\n    HAS = True\nexcept ImportError:\n    HAS = False\n"
            "def draw():\n    if not HAS:\n        raise x",
            True,
        ),
        (
            "try:\n    import numba\nexcept ImportError:\n    numba = None\n"
            "def draw():\n    if numba is None:\n        raise x",
            True,
        ),
        ("class draw:\n    def __init__(self): import numba", True),
        ("class draw:\n    def other(self): import numba", False),
        ("class draw:\n    @pre_init\n    def check(cls): import numba", True),
        (
            "class draw:\n    @model_validator(mode='before')\n    def check(cls): import numba",
            True,
        ),
        ("def draw(): import numba\nif x:\n    pass\ndraw = other", False),
        ("class draw:\n    _tags = {'python_dependencies': ['numba>=1']}", True),
    ],
)
def test_what_a_function_or_class_needs(tmp_path: Path, code: str, expected: bool) -> None:
    found = derived(tmp_path, {"plots.py": code})
    assert ("seaborn*.draw: ^numba" in found) is expected


NEEDING = "def draw(): import numba"


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        # A function imports a module of the library, which imports what is missing.
        ({"a.py": "import numba", "b.py": "def fast():\n    from .a import x"}, True),
        ({"a.py": "import numba", "b.py": "from .a import x\ndef fast(): pass"}, False),
        # It calls a function that needs it: of another module, by another name, through a package.
        ({"a.py": NEEDING, "b.py": "from .a import draw as d\ndef fast(): return d(1)"}, True),
        ({"a.py": NEEDING, "b.py": "from .a import draw\ndef fast(): return show(draw(1))"}, True),
        ({"a.py": NEEDING, "b.py": "from .a import draw\ndef fast(): return x or draw(1)"}, False),
        ({"a.py": NEEDING, "b.py": "from .a import draw\ndef fast(): return draw"}, False),
        (
            {
                "a.py": NEEDING,
                "p/__init__.py": "from ..a import draw",
                "b.py": "from .p import draw\ndef fast():\n    draw()",
            },
            True,
        ),
        (
            {
                "a.py": "class Draw:\n    def __init__(self): import numba",
                "b.py": "from .a import Draw\nclass fast:\n    def __init__(self): x = Draw()",
            },
            True,
        ),
        # It inherits it.
        (
            {
                "a.py": "class Base:\n    _tags = {'python_dependencies': 'numba'}",
                "b.py": "from .a import Base\nclass fast(Base): pass",
            },
            True,
        ),
    ],
)
def test_a_need_at_the_end_of_a_chain(
    tmp_path: Path, modules: dict[str, str], expected: bool
) -> None:
    found = derived(tmp_path, modules, extras={"speed": ["numba"]})
    assert ("seaborn*.fast: ^numba" in found) is expected


def test_a_name_that_means_several_things_has_rules_for_its_paths(tmp_path: Path) -> None:
    modules = {
        "one.py": NEEDING,
        "_two.py": "def draw(): import tqdm",
        "three.py": "def draw(): pass",
        "four/__init__.py": "from .._two import draw",
    }
    rules = ["seaborn.four.draw: ^tqdm", "seaborn.one.draw: ^numba"]
    assert sorted(derived(tmp_path, modules)) == rules


def test_a_script_may_import_the_file_beside_it(tmp_path: Path) -> None:
    modules = {"run/one.py": "import numba\nimport tqdm", "run/numba.py": ""}
    extras = {"fast": ["numba", "tqdm"]}
    assert derived(tmp_path, modules, extras=extras) == ["import seaborn.run.one: ^tqdm"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("lazy_load", True), ("from_texts", True), ("other", False)],
)
def test_a_class_of_a_library_of_integrations(
    method: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "INTEGRATIONS", {NAME})
    code = f"class Loader:\n    def {method}(self):\n        return helper()\n"
    code += TRY.replace("draw", "helper") + "raise ImportError"
    rules = ["seaborn*.Loader: ^numba", "seaborn*.Loader.from_*: ^numba"]
    assert [rule in derived(tmp_path, {"a.py": code}) for rule in rules] == [expected] * 2


def test_a_method_needs_it_if_all_of_its_name_do(tmp_path: Path) -> None:
    needing, other = "def accelerated(self): import numba", "def accelerated(self): pass"
    code = f"class A:\n    {needing}\nclass B:\n    {{}}\n"
    assert derived(tmp_path, {"a.py": code.format(needing)}) == ["seaborn .accelerated: ^numba"]
    assert derived(tmp_path, {"a.py": code.format(other)}) == []


def test_a_module_needs_what_an_extra_lists(tmp_path: Path) -> None:
    modules = {"fast/__init__.py": "from . import jit", "fast/jit.py": "import numba"}
    assert derived(tmp_path, modules) == []  # it comes with what it depends on
    extras = {"speed": ["numba"]}
    assert derived(tmp_path, modules, extras=extras) == ["import seaborn.fast: ^numba"]
    assert derived(tmp_path, modules, extras=extras, requires=["numba"]) == []
    whole = {**modules, "__init__.py": "import numba"}
    assert derived(tmp_path, whole, extras=extras, requires=["scipy"]) == []


def test_a_library_without_dependencies_needs_what_it_imports(tmp_path: Path) -> None:
    modules = {"__init__.py": "from .build import f", "build.py": "import numba\ndef f(): ..."}
    assert derived(tmp_path, modules) == ["import seaborn: ^numba"]
    assert derived(tmp_path, modules, requires=["scipy"]) == []  # it comes with that
    modules["build.py"] = "try:\n    import numba\nexcept ImportError:\n    numba = None"
    assert derived(tmp_path, modules) == []


def test_a_module_of_examples_is_imported_by_its_name_alone(tmp_path: Path) -> None:
    code = "import numba\ndef example(): ..."
    modules = {"examples/__init__.py": "", "examples/numba_demo.py": code}
    rules = derived(tmp_path, modules, requires=["scipy"])
    assert rules == ["import seaborn.examples.numba_demo: ^numba"]


@pytest.mark.parametrize(
    "path", ["tests/fast.py", "_fast.py", "conftest.py", "run-it.py", "run-it/fast.py", "2d.py"]
)
def test_what_nobody_imports_has_no_rule(tmp_path: Path, path: str) -> None:
    assert derived(tmp_path, {path: "import numba"}, extras={"speed": ["numba"]}) == []


def test_a_source_that_is_none_does_no_harm(tmp_path: Path) -> None:
    modules = {"a.py": "def draw(: import numba", "b.py": "def draw(): import numba"}
    assert "seaborn*.draw: ^numba" in derived(tmp_path, modules)


def test_the_table_is_written_in_the_order_of_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, table = "def draw(): import numba", tmp_path / "derived.txt"
    for name in ("seaborn", "arviz"):
        modules = {f"{name}/__init__.py": "", f"{name}/fast.py": f"import numba\n{code}"}
        make_wheel(tmp_path, name, "1.0", modules=modules, extras={"fast": ["numba"]})
    monkeypatch.setattr(tool, "DATA", table)
    words = ["optional_needs", "arviz", "seaborn", "--keep", str(tmp_path)]
    monkeypatch.setattr("sys.argv", words)
    tool.main()
    lines = table.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if not line.startswith("#")]
    assert found == ["import arviz.fast: ^numba", "import seaborn.fast: ^numba"]
    assert capsys.readouterr().out == "2 rules\n"


def test_reading_one_library_again_keeps_the_rules_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "derived.txt"
    table.write_text(
        "# A heading.\nimport arviz.fast: ^numba\nimport seaborn.slow: ^numba\n"
        "seaborn .draw: ^numba\nseaborn*.Grid: ^numba\nseabornish.draw: ^numba\n"
    )
    modules = {"seaborn/__init__.py": "", "seaborn/fast.py": "import numba"}
    make_wheel(tmp_path, "seaborn", "1.0", modules=modules, extras={"fast": ["numba"]})
    monkeypatch.setattr(tool, "DATA", table)
    monkeypatch.setattr("sys.argv", ["optional_needs", "seaborn", "--keep", str(tmp_path)])
    tool.main()
    lines = table.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "import arviz.fast: ^numba",
        "import seaborn.fast: ^numba",
        "seabornish.draw: ^numba",
    ]


def test_reading_a_part_of_a_namespace_keeps_the_rules_of_its_other_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "derived.txt"
    table.write_text("import odc.geo.old: ^numba\nimport odc.stac.bench: ^numba\n")
    modules = {"odc/geo/__init__.py": "", "odc/geo/fast.py": "import numba"}
    make_wheel(tmp_path, "odc-geo", "1.0", modules=modules, extras={"fast": ["numba"]})
    monkeypatch.setattr(tool, "DATA", table)
    monkeypatch.setattr("sys.argv", ["optional_needs", "odc-geo", "--keep", str(tmp_path)])
    tool.main()
    lines = table.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "import odc.stac.bench: ^numba",
        "import odc.geo.fast: ^numba",
    ]


AVAILABLE = "def draw():\n    if not {flag}:\n        raise ModuleNotFoundError(str({flag}))"


@pytest.mark.parametrize(
    ("modules", "flag"),
    [
        ({"flags.py": "_NUMBA = RequirementCache('numba>=0.5')"}, "_NUMBA"),
        ({"flags.py": "_NUMBA: bool = _package_available('numba')"}, "_NUMBA"),
        ({"flags.py": "_numba = importlib.util.find_spec('numba') is not None"}, "_numba"),
        (
            {
                "flags.py": "_numba = _is_package_available('numba')\n"
                "def is_numba_available():\n    return _numba\n"
            },
            "is_numba_available()",
        ),
        (
            {"flags.py": "def has_numba():\n    return is_module_available('numba')\n"},
            "flags.has_numba()",
        ),
    ],
)
def test_flags_of_the_library_for_what_is_there(
    modules: dict[str, str], flag: str, tmp_path: Path
) -> None:
    code = AVAILABLE.format(flag=flag)
    assert derived(tmp_path, {**modules, "draw.py": code}) == ["seaborn*.draw: ^numba"]


def test_a_flag_of_two_modules_tells_nothing(tmp_path: Path) -> None:
    flags = {"a.py": "_X = find_spec('numba')", "b.py": "_X = find_spec('dask')"}
    assert derived(tmp_path, {**flags, "draw.py": AVAILABLE.format(flag="_X")}) == []


@pytest.mark.parametrize(
    ("init", "is_found"),
    [
        ("if TYPE_CHECKING:\n    from .jit import Jit", True),
        ("if TYPE_CHECKING:\n    from seaborn.jit import Jit as Jit", True),
        ("try:\n    from .jit import Jit\nexcept ImportError:\n    pass", True),
        ("try:\n    from .jit import Jit\nexcept ImportError:\n    Jit = None", False),
        ("try:\n    from .jit import Jit\nexcept ImportError:\n    from .slow import Jit", False),
        ("if TYPE_CHECKING:\n    from .slow import Jit", False),
    ],
)
def test_a_name_that_a_package_imports_when_it_is_used(
    init: str, is_found: bool, tmp_path: Path
) -> None:
    modules = {"core/__init__.py": "", "jit.py": "import numba", "slow.py": ""}
    rules = derived(tmp_path, {**modules, "__init__.py": init}, extras={"jit": ["numba"]})
    assert ("import seaborn.Jit: ^numba" in rules) == is_found


def test_a_dependency_that_no_index_takes_any_more_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read a wheel of before names and versions were checked: ``pymc3 (>=3.8<3.10)``."""

    def checked(text: str) -> Requirement:
        if text.startswith("pymc3"):
            raise InvalidRequirement(text)
        return Requirement(text)

    monkeypatch.setattr(reading, "Requirement", checked)
    code = {"__init__.py": "def draw(): import numba"}
    assert derived(tmp_path, code, requires=["pymc3", "numba"]) == []
