"""The import statements of a cell, and their lines."""

from __future__ import annotations

import pytest

from nbenv.operations.marking.import_statements import read_imports


def lines(source: str) -> list[tuple[int, str, bool]]:
    return [(line, each.module, each.optional) for line, each in read_imports(source).imports]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a, b as c", [(0, "a", False), (0, "b", False)]),
        ("import a; import b", [(0, "a", False), (0, "b", False)]),
        ("\nfrom a.b import (\n    c,\n    d,\n)\nimport e", [(1, "a.b", False), (5, "e", False)]),
        ("import a\nimport a", [(0, "a", False), (1, "a", False)]),
        ("\n\n  import a", [(2, "a", False)]),
        ("%pip install x \\\n    y\nimport a", [(2, "a", False)]),
        ("%%time\nimport a\nx = 1", [(1, "a", False)]),
        ("%%capture\n%%time\n\nimport a", [(3, "a", False)]),
        ("%%bash\nimport a", []),
        ("%%R\nfrom a import b", []),
        ("!ls\nx = !pwd\nimport a  # why", [(2, "a", False)]),
        ("try:\n    import a\nexcept ImportError:\n    a = None", [(1, "a", True)]),
        ("def f():\n    import a\nif x:\n    from b import c", [(1, "a", False), (3, "b", False)]),
        ("if TYPE_CHECKING:\n    import a\nimport b", [(2, "b", False)]),
        ("x = (\nimport a\nprint 'b'", [(1, "a", False)]),
        ("import a\nfrom b import", [(0, "a", False)]),
        ("'''\nimport a\n'''\n# import b\nimport a", [(4, "a", False)]),
        ("importlib.import_module('a')", []),
        ("a?\nimport b", [(1, "b", False)]),
        ("%time import a\nimport b", [(0, "a", False), (1, "b", False)]),
        ("x = 1\n%timeit -n1 from a.b import c as d", [(1, "a.b", False)]),
        ("t = %timeit -o import a", [(0, "a", False)]),
        ("x = 'not import a'\n%time import a", [(1, "a", False)]),
        ("", []),
    ],
)  # fmt: skip
def test_lines(source: str, found: list[tuple[int, str, bool]]) -> None:
    assert lines(source) == found


def test_a_cell_is_read_once() -> None:
    assert read_imports("import a\n1") is read_imports("import a\n1")
