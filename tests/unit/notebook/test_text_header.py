"""A notebook in text keeps its record in its header; all else stays, and jupytext agrees."""

from __future__ import annotations

import json
from pathlib import Path

import jupytext
import nbformat
import pytest

from nbenv.errors import NotebookError
from nbenv.notebook.metadata import (
    KERNELSPEC,
    check_is_notebook,
    keeps_record,
    read_metadata,
    write_metadata,
)
from nbenv.notebook.text_header import (
    header_metadata,
    is_written_as_notebook,
    language_of_cells,
    with_header,
)

RECORD = {
    "version": 1,
    "python": "3.11",
    "requirements": ["a>=1", "b ; python_version < '3'", "./é: [x]", "yes", "1"],
    "lock": [
        f"a==1 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}",
        "c==2 ; sys_platform == 'win32'",
    ],
    "later": {"x": "", "y": [True, 1.5], "z": {}},
}
CHANGES = {"nbenv": RECORD, "kernelspec": KERNELSPEC}
PLAIN = {"display_name": "Python 3", "language": "python", "name": "python3"}
FORMATS = ["py:percent", "py:light", "py:nomarker", "py:hydrogen", "md", "md:myst", "Rmd"]


def written(form: str, *, kernel: bool = True) -> tuple[str, bytes]:
    """Return the name and the content of a notebook that jupytext wrote."""
    cells = [nbformat.v4.new_code_cell("1 + 1"), nbformat.v4.new_markdown_cell("é")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = {"kernelspec": PLAIN} if kernel else {}
    return f"x.{form.partition(':')[0]}", jupytext.writes(notebook, form).encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kernel", [True, False])
def test_jupytext_keeps_what_is_written(form: str, kernel: bool) -> None:
    name, before = written(form, kernel=kernel)
    after = with_header(name, before, CHANGES)
    assert {**header_metadata(name, after), **CHANGES} == header_metadata(name, after)
    assert with_header(name, after, CHANGES) == after
    body = before.decode().rpartition("---\n")[2]
    assert after.decode().endswith(body)

    found = jupytext.reads(after.decode(), form)
    assert json.loads(json.dumps(found.metadata["nbenv"])) == RECORD
    assert [cell.source for cell in found.cells] == ["1 + 1", "é"]
    again = jupytext.writes(found, form).encode()
    assert header_metadata(name, again)["nbenv"] == RECORD
    if "myst" not in form:  # which has lists on one line
        assert again == after
    assert with_header(name, again, CHANGES) == again


@pytest.mark.parametrize("form", FORMATS)
def test_a_change_back_leaves_no_trace(form: str) -> None:
    name, before = written(form)
    once = with_header(name, before, {"nbenv": {"version": 1}, "kernelspec": PLAIN})
    twice = with_header(name, with_header(name, once, CHANGES), {"kernelspec": PLAIN})
    assert with_header(name, twice, {"nbenv": {"version": 1}}) == once
    assert "nbenv" not in header_metadata(name, with_header(name, once, {"nbenv": None}))


@pytest.mark.parametrize("form", FORMATS)
def test_line_ends_and_marks_stay(form: str) -> None:
    name, before = written(form)
    plain = with_header(name, before, CHANGES)
    assert with_header(name, before.replace(b"\n", b"\r\n"), CHANGES) == plain.replace(
        b"\n", b"\r\n"
    )
    mark = b"\xef\xbb\xbf"
    assert with_header(name, mark + before, CHANGES) == mark + plain


FIRST = b"#!/usr/bin/env python\n# -*- coding: latin-1 -*-\n"
PEP_723 = b"# /// script\n# dependencies = ['six']\n# ///\n"


@pytest.mark.parametrize("first", [b"", FIRST, FIRST[:22], b"# vim: set fileencoding=utf-8 :\n"])
@pytest.mark.parametrize("rest", [b"", b"# %%\nx = '\xe9'\n", PEP_723 + b"\n# %%\n1", b"'''\n"])
def test_a_header_goes_below_what_must_stay_first(first: bytes, rest: bytes) -> None:
    after = with_header("x.py", first + rest, CHANGES)
    assert after.startswith(first + b"# ---\n# jupyter:\n")
    assert after.endswith(b"# ---\n" + (b"\n" + rest if rest else b""))
    assert header_metadata("x.py", after)["nbenv"] == RECORD


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "x.md",  # what others wrote stays as they wrote it
            "---\ntitle:   A  # why\nby: [x]\n\njupyter:\n  kernelspec: {name: x}\n# end\n---\n",
            "---\ntitle:   A  # why\nby: [x]\n\njupyter:\n  jupytext:\n"
            "    notebook_metadata_filter: nbenv\n  kernelspec: {name: x}\n  nbenv:\n"
            "    version: 1\n# end\n---\n",
        ),
        (
            "x.qmd",  # Quarto's short form
            "---\ntitle: A\njupyter: python3\nformat: html\n---\n\ntext\n",
            "---\ntitle: A\njupyter:\n  jupytext:\n    notebook_metadata_filter: nbenv\n"
            "  kernelspec:\n    name: python3\n  nbenv:\n    version: 1\n"
            "format: html\n---\n\ntext\n",
        ),
        (
            "x.Rmd",
            "---\ntitle: A\n---\ntext\n",
            "---\ntitle: A\njupyter:\n  jupytext:\n    notebook_metadata_filter: nbenv\n"
            "  nbenv:\n    version: 1\n---\ntext\n",
        ),
        (
            "x.Rmd",
            "text\n---\nmore\n---\n",
            "---\njupyter:\n  jupytext:\n    notebook_metadata_filter: nbenv\n"
            "  nbenv:\n    version: 1\n---\n\ntext\n---\nmore\n---\n",
        ),
        (
            "x.md",
            "<!--\n\n---\njupyter:\n    nbenv: 1\n    orphan: |\n        a\n\n---\n\n-->\ntext",
            "<!--\n\n---\njupyter:\n    jupytext:\n      notebook_metadata_filter: nbenv\n"
            "    nbenv:\n      version: 1\n    orphan: |\n        a\n\n---\n\n-->\ntext",
        ),
        (
            "x.py",
            "#---\n#jupyter:\n#  jupytext:\n#    notebook_metadata_filter: a,-b\n#---\n1\n",
            "#---\n#jupyter:\n#  jupytext:\n#    notebook_metadata_filter: a,-b,nbenv\n"
            "#  nbenv:\n#    version: 1\n#---\n1\n",
        ),
        (
            "x.md",
            "---\njupytext:\n  notebook_metadata_filter: all\nkernelspec:\n  name: x\n---\n",
            "---\njupytext:\n  notebook_metadata_filter: all\nkernelspec:\n  name: x\n"
            "nbenv:\n  version: 1\n---\n",
        ),
    ],
)
def test_headers_by_hand(name: str, before: str, after: str) -> None:
    assert with_header(name, before.encode(), {"nbenv": {"version": 1}}).decode() == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.py", "import six\n"),
        ("x.py", PEP_723.decode()),
        ("x.py", '"""---\njupyter:\n---"""\n'),
        ("x.py", "\n# ---\n# jupyter: {}\n# ---\n"),
        ("x.md", "# Title\n\n---\njupyter:\n---\n"),
        ("x.md", "---\ntitle: A\nlayout: post\n---\n"),
        ("x.md", "---\nnot: a: header\n---\n"),
        ("x.md", "---\njust text\n---\n"),
        ("x.md", ""),
    ],
)
def test_what_is_no_notebook_stays_untouched(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_metadata(str(path)) == {}
    assert not keeps_record(str(path))
    with pytest.raises(NotebookError, match=r"plain (script|text), not a notebook"):
        check_is_notebook(str(path))
    with pytest.raises(NotebookError, match="jupytext --set-kernel nbenv"):
        write_metadata(str(path), CHANGES)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["x.Rmd", "x.qmd", "x.py"])
def test_notebooks_without_a_header(name: str) -> None:
    assert is_written_as_notebook(name, b"# %% a cell\n")


@pytest.mark.parametrize(
    "header",
    [
        "jupyter: [",
        "jupyter:\n\tx: 1",
        "jupyter: &a [*a]",
        "jupyter: " + "[" * 2000,
        "jupyter: &a [1]\n" + "".join(f"a{n}: &a [{', '.join(['*a'] * 99)}]\n" for n in range(9)),
    ],
)
def test_hostile_and_broken_headers_are_refused(header: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text(f"---\n{header}\n---\ntext\n", encoding="utf-8")
    with pytest.raises(NotebookError, match="cannot be read"):
        read_metadata(str(path))


def test_another_language_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.Rmd"
    path.write_text("---\njupyter:\n  kernelspec:\n    language: R\n---\n", encoding="utf-8")
    with pytest.raises(NotebookError, match="is a notebook in R"):
        write_metadata(str(path), CHANGES)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("x.Rmd", "```{r setup, include=FALSE}\nx\n```\n", "R"),
        ("x.qmd", "```{julia}\nx\n```\n```{r}\n```\n", "Julia"),
        ("x.Rmd", "```{r}\nx\n```\n```{python}\ny\n```\n", ""),
        ("x.Rmd", "```{.python .input}\ny\n```\n", ""),
        ("x.qmd", "Only text, and ```{r} within it.\n", ""),
        ("x.md", "```{r}\nx\n```\n", ""),
    ],
)
def test_cells_may_name_their_language(name: str, text: str, language: str) -> None:
    assert language_of_cells(name, text.encode()) == language


def test_a_text_in_r_is_left_as_it_is(tmp_path: Path) -> None:
    """R Markdown names no kernel: a Python kernel written into it would damage it."""
    path = tmp_path / "report.Rmd"
    path.write_text("---\ntitle: Report\n---\n\n```{r}\nx <- 1\n```\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(NotebookError, match="is a notebook in R;"):
        read_metadata(str(path))
    with pytest.raises(NotebookError, match="is a notebook in R;"):
        write_metadata(str(path), {"nbenv": {"version": 1, "python": "3.11"}})
    assert path.read_bytes() == before
