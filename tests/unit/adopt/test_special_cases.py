"""Unit tests of ``nbenv.adopt.special_cases``."""

from __future__ import annotations

import pytest

from nbenv.adopt import special_cases
from nbenv.adopt.python_code import Call


@pytest.mark.parametrize(
    ("module", "python", "answer"),
    [
        ("os.path", "3.12", True),
        ("pandas", "3.12", False),
        ("distutils.core", "3.11", True),
        ("distutils.core", "3.12", "setuptools"),
        ("imp", "3.12", None),
        ("tomllib", "3.10", False),
        ("tomllib", "3.11", True),
        ("__main__", "3.12", True),
    ],
)
def test_the_standard_library(module: str, python: str, answer: bool | str | None) -> None:
    assert special_cases.standard(module, python) == answer


@pytest.mark.parametrize(
    ("call", "packages"),
    [
        (Call("pd.read_excel", ("x.xlsx",)), ["openpyxl"]),
        (Call("pd.read_excel", ("x.xls",)), ["xlrd"]),
        (Call("pd.read_csv", ("s3://bucket/x",)), ["s3fs"]),
        (Call("pd.read_csv", ("x.csv",)), []),
        (Call("fig.write_image"), []),  # plotly is not at hand
    ],
)
def test_offers(call: Call, packages: list[str]) -> None:
    assert [name for name, _ in special_cases.offers(call, {"pandas"})] == packages


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (Call("f", (), (("engine", "PyArrow"),)), ("pyarrow", 'f() with engine="PyArrow"')),
        (
            Call("sns.regplot", (), (("lowess", "True"),)),
            ("statsmodels", "regplot() with lowess=True"),
        ),
        (Call("BeautifulSoup", ("x", "lxml")), ("lxml", 'BeautifulSoup() with "lxml"')),
    ],
)
def test_required(call: Call, found: tuple[str, str]) -> None:
    assert list(special_cases.required(call)) == [found]


def test_the_text_that_is_parsed_is_no_parser() -> None:
    assert list(special_cases.required(Call("BeautifulSoup", ("lxml",)))) == []
