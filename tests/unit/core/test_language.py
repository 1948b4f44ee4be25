"""The one rule that decides what is Python, however a tool writes it."""

from __future__ import annotations

import pytest

from nbenv.core.language import is_python, other_language

DATABRICKS = "application/vnd.databricks.v1+notebook"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@pytest.mark.parametrize(
    "language",
    [
        *("python", "Python 3", "python3", "python-3", "PYTHON3.11", "ipython", "pyspark", ""),
        *("PySpark", "sage", "SageMath 10.2", "pypy3", "py", "xpython", "cpython", " "),
        "Python [conda env:x]",
    ],
)
def test_names_of_python(language: str) -> None:
    assert is_python(language)
    assert other_language({"kernelspec": {"name": "x", "language": language}}) == ""
    assert other_language({"language_info": {"name": language}}) == ""


@pytest.mark.parametrize(
    "language",
    [
        *("R", "ir", "julia", "bash", "spark", "scala", "SQL", "javascript", "deno", "C++17"),
        *("sparkR", "polyglot-notebook", "rust"),
    ],
)
def test_other_languages(language: str) -> None:
    assert not is_python(language)
    assert other_language({"kernelspec": {"name": "x", "language": language}}) == language
    assert other_language({"language_info": {"name": language}}) == language


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": None, "language_info": None},
        {"kernelspec": "python3", "language_info": ["R"]},
        {"kernelspec": {"language": None, "name": None, "display_name": 3}},
        {"kernelspec": {"name": "myenv", "display_name": "Python [conda env:r-tools]"}},
        {"kernelspec": {"name": "iris-env", "display_name": "iris"}},
        {"kernelspec": {"name": "conda-env-sql-analysis-py", "display_name": "sql analysis"}},
        {"kernelspec": {"name": "sql", "display_name": "Python (sql)"}},
        {"kernelspec": {**KERNEL, "name": "synapse_pyspark", "language": "Python"}},
        # The kernel was changed, and has not run yet.
        {"kernelspec": KERNEL, "language_info": {"name": "R"}},
        {"kernelspec": {"name": "x"}, "language_info": {"name": "python"}},
        {DATABRICKS: {"language": "python"}},
        {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}},
        {"deepnote": {}, "orig_nbformat": 2},
    ],
)
def test_notebooks_in_python(metadata: dict[str, object]) -> None:
    assert other_language(metadata) == ""


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"kernelspec": {"name": "julia-1.9", "display_name": "Julia 1.9"}}, "Julia 1.9"),
        ({"kernelspec": {"name": "xcpp17"}}, "xcpp17"),
        ({"kernelspec": {"name": "ir"}, "colab": {}}, "ir"),
        ({"kernelspec": {"name": "spark_2_scala", "display_name": "Spark"}}, "Spark"),
        ({"kernelspec": {"name": "my", "display_name": "R 4.3"}}, "R 4.3"),
        ({"kernelspec": {"language": " ", "name": "deno"}}, "deno"),
        ({"kernelspec": {"name": "x", "language": None}, "language_info": {"name": "R"}}, "R"),
        ({DATABRICKS: {"language": "scala"}}, "scala"),
    ],
)
def test_notebooks_in_another_language(metadata: dict[str, object], named: str) -> None:
    assert other_language(metadata) == named
