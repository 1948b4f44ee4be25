"""Unit tests of ``nbenv.adopt.code.conditions``."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.code.conditions import (
    ALWAYS_TRUE,
    ASKS_FOR_EXTRA,
    chooses_imports,
    is_for_programs,
    needs_variable,
)


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ("torch.cuda.is_available()", True),
        ("importlib.util.find_spec('x')", True),
        ("sys.platform == 'win32'", True),
        ("sys.version_info < (3, 8)", True),
        ("show", False),
        ("len(names) > 2", False),
    ],
)
def test_conditions_that_ask_for_what_not_everybody_has(condition: str, asks: bool) -> None:
    assert bool(ASKS_FOR_EXTRA.search(condition)) == asks


def test_conditions_that_hold() -> None:
    assert all(map(ALWAYS_TRUE.search, ("True", "1", "__name__ == '__main__'")))
    assert not any(map(ALWAYS_TRUE.search, ("TrueName", "10", "not True")))


@pytest.mark.parametrize(
    ("source", "chooses", "program"),
    [
        ("if a:\n    import x\nelif b:\n    import y", True, False),
        ("if a:\n    import x\nelse:\n    from y import z", True, False),
        ("if a:\n    import x\nelse:\n    z = 1", False, False),
        ("if __name__ == '__main__':\n    import x", False, True),
    ],
)
def test_branches(source: str, chooses: bool, program: bool) -> None:
    [node] = ast.parse(source).body
    assert isinstance(node, ast.If)
    assert (chooses_imports(node), is_for_programs(node)) == (chooses, program)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("os.environ.get('A')", (True, False)),
        ("os.environ.get('A', '')", (True, False)),
        ("os.getenv('A', default='yes')", (False, True)),
        ("not os.environ.get('A')", (False, True)),
        ("os.environ.get('A') == '1'", (True, False)),
        ("os.getenv('A', '1') == '1'", (False, True)),
        ("os.getenv('A') is None", (False, True)),
        ("os.getenv('A') != '1'", (False, True)),
        ("'A' in os.environ", (True, False)),
        ("'A' not in os.environ", (False, True)),
        ("flag", (True, False)),
        ("os.getenv('A') == other", (False, False)),
        ("other == '1'", (False, False)),
        ("other", (False, False)),
    ],
)
def test_a_branch_that_needs_an_environment_variable(
    test: str, expected: tuple[bool, bool]
) -> None:
    values = {"flag": ast.parse("os.getenv('F')", mode="eval").body}
    assert needs_variable(ast.parse(test, mode="eval").body, values) == expected
