"""Imports that may fail, and what takes their place."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.code.import_errors import bound_by_packages, tolerates_a_missing_module


def handler(text: str) -> ast.ExceptHandler:
    [node] = ast.parse(f"try:\n    import a\n{text}").body
    assert isinstance(node, ast.Try)
    return node.handlers[0]


@pytest.mark.parametrize(
    ("text", "tolerates"),
    [
        ("except ImportError:\n    a = None", True),
        ("except (ValueError, ModuleNotFoundError):\n    pass", True),
        ("except:\n    pass", True),
        ("except ValueError:\n    pass", False),
        ("except ImportError:\n    raise SystemExit", False),
        ("except ImportError:\n    sys.exit(1)", False),
        ("except ImportError:\n    os.system('pip install a')", False),
    ],
)
def test_whether_the_code_goes_on_without_the_module(text: str, tolerates: bool) -> None:
    assert tolerates_a_missing_module(handler(text)) is tolerates


def test_the_names_that_packages_are_bound_to() -> None:
    lines = ["import a.b, os", "import c as d", "from e import f, g as h", "from json import load"]
    assert bound_by_packages(ast.parse("\n".join(lines)).body) == {"a", "d", "f", "h"}
