"""Unit tests of ``nbenv.adopt.needs.arguments``."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.code.calls import described
from nbenv.adopt.code.facts import Call
from nbenv.adopt.needs.arguments import argument_needs, driver_needs
from nbenv.adopt.needs.rules import Surroundings

AROUND = Surroundings({}, frozenset({"pandas"}), {"url": "duckdb:///x"})


@pytest.mark.parametrize(
    ("call", "found", "why"),
    [
        (Call("f", (), (("engine", "PyArrow"),)), "pyarrow", 'f() with engine="PyArrow"'),
        (Call("BeautifulSoup", ("x", "lxml")), "lxml", 'BeautifulSoup() with "lxml"'),
        (Call("pd.read_csv", paths=("gs://x",)), "gcsfs", "read_csv() of gs://"),
        (Call("f", paths=("int64[pyarrow]",)), "pyarrow", 'f() with "[pyarrow]"'),
    ],
)
def test_arguments(call: Call, found: str, why: str) -> None:
    [need] = argument_needs(call, AROUND)
    assert (need.choices[0], need.why) == (found, why)


@pytest.mark.parametrize(
    ("call", "module", "needed"),
    [
        ("TrainingArguments(report_to=['wandb', 'mlflow'])", "transformers", ["wandb", "mlflow"]),
        ("SFTConfig(report_to='comet_ml')", "trl", ["comet-ml"]),
        ("SFTConfig(optim='paged_adamw_8bit')", "trl", ["bitsandbytes"]),
        ("Accelerator(log_with=('tensorboard',))", "accelerate", ["tensorboard"]),
        ("compare_models(include=['dt', 'catboost'])", "pycaret", ["catboost"]),
        ("tune_model(m, search_library='optuna')", "pycaret", ["optuna"]),
        ("AutoML().fit(estimator_list=['lgbm'])", "flaml", ["lightgbm"]),
        ("SFTConfig(report_to='none')", "trl", []),
        ("TrainingArguments(report_to=['wandb'])", "nobody_has", []),
        ("app.include(include=['xgboost'])", "fastapi", []),
    ],
)
def test_back_ends_that_arguments_name(call: str, module: str, needed: list[str]) -> None:
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    around = Surroundings({}, frozenset({module}), {})
    found = [x.choices[0] for x in argument_needs(described(node, ()), around)]
    assert found == needed


def test_the_text_that_is_parsed_is_no_parser() -> None:
    assert list(argument_needs(Call("BeautifulSoup", ("lxml",)), AROUND)) == []


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("postgresql://u:p@h/d", "psycopg2-binary"),
        ("postgresql+psycopg://h", "psycopg[binary]"),
        ("postgresql+asyncpg", "asyncpg"),
        ("mssql+pyodbc:///?odbc_connect=x", "pyodbc"),
        ("sqlite:///x.db", ""),
        ("mysql", ""),
    ],
)
def test_drivers(text: str, driver: str) -> None:
    assert [each.choices[0] for each in driver_needs(text, "x")] == ([driver] if driver else [])


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        (Call("fsspec.filesystem", ("abfs",), paths=("abfs",)), ["adlfs"]),
        (Call("fsspec.filesystem", ("memory",), paths=("memory",)), []),
        (Call("fsspec.open_files", paths=("gs://x/*",)), ["gcsfs"]),
        (Call("zarr.open_group", paths=("s3://x/y",)), ["s3fs"]),
        (Call("zarr.open_group", paths=("s3",)), []),
        (Call("UPath", paths=("sftp://x/y",)), ["paramiko"]),
        (Call("show", paths=("s3://x/y",)), []),
        (Call("f", (), (("remote_protocol", "s3"),)), ["s3fs"]),
    ],
)
def test_file_systems(call: Call, needed: list[str]) -> None:
    around = Surroundings(
        {"UPath": "upath.UPath", "fsspec": "fsspec", "zarr": "zarr"}, frozenset(), {}
    )
    assert [need.choices[0] for need in argument_needs(call, around)] == needed


def test_a_variable_holds_the_address() -> None:
    call = Call("create_engine", ("",), names=("url",))
    [need] = argument_needs(call, AROUND)
    assert need.choices == ("duckdb-engine",)
