"""Unit tests of ``nbenv.adopt.code.branches``."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.code.branches import Branches


class Seen(Branches):
    """Note under what each call runs."""

    def __init__(self, *, is_cell: bool) -> None:
        super().__init__(is_cell=is_cell)
        self.calls: dict[str, tuple[bool, bool, bool]] = {}

    def visit_Call(self, node: ast.Call) -> None:
        self.calls[ast.unparse(node.func)] = (self.optional, self.on_colab, self.conditional)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.variables[ast.unparse(node.targets[0])] = node.value


def seen(source: str, *, is_cell: bool = False) -> dict[str, tuple[bool, bool, bool]]:
    visitor = Seen(is_cell=is_cell)
    visitor.visit(ast.parse(source))
    return visitor.calls


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a()", (False, False, False)),
        ("if x:\n  a()", (False, False, True)),
        ("if True:\n  a()", (False, False, False)),
        ("if is_available:\n  a()", (True, False, True)),
        ("if IN_COLAB:\n  a()", (False, True, False)),
        ("try:\n  import x\n  a()\nexcept ImportError:\n  pass", (True, False, False)),
        ("try:\n  import x\nexcept ImportError:\n  a()", (True, False, True)),
        ("try:\n  import google.colab\n  a()\nexcept ImportError:\n  pass", (True, True, False)),
    ],
)
def test_what_a_branch_runs_under(source: str, expected: tuple[bool, bool, bool]) -> None:
    assert seen(source)["a"] == expected


def test_what_only_a_type_checker_runs_is_not_visited() -> None:
    assert list(seen("if TYPE_CHECKING:\n  a()\nelse:\n  b()")) == ["b"]


def test_what_a_file_does_where_a_variable_is_set_is_optional() -> None:
    source = "use = os.environ.get('USE') == 'True'\nif use:\n  a()\nelse:\n  b()"
    assert seen(source) == {"a": (True, False, True), "b": (False, False, False)}
    # A cell of the notebook may have set it.
    assert seen(source, is_cell=True)["a"] == (False, False, True)
