"""Unit tests of ``nbenv.notebook.cell_errors``."""

from __future__ import annotations

from nbformat.v4 import new_output

from nbenv.notebook.cell_errors import causes, shown_errors


def test_errors_that_do_not_stop_a_run_are_seen_too() -> None:
    outputs = [
        new_output("error", ename="ImportError", evalue="no jinja2", traceback=[]),
        new_output("stream", name="stderr", text="Trace\nImportError: no leaf\nmore"),
        new_output("stream", text="it prints No module named 'x' itself"),
    ]
    assert list(shown_errors(outputs)) == [("ImportError", "no jinja2"), ("ImportError", "no leaf")]


def test_what_caused_an_error_may_be_told_elsewhere() -> None:
    """As by HoloViews: a warning about its back end, and then an error that none was found."""
    warning = "WARNING: it raised ModuleNotFoundError('No module named 'matplotlib'')"
    traceback = ["Module\x1b[31mNotFoundError\x1b[0m: No module named 'pyarrow'", "…direct cause…"]
    outputs = [
        new_output("stream", name="stderr", text=warning),
        new_output("error", ename="Odd", evalue="no engine", traceback=traceback),
        new_output("display_data", data={"text/plain": "No module named 'x'"}),
    ]
    assert list(causes(outputs)) == [
        ("ModuleNotFoundError", "No module named 'matplotlib'"),
        ("Odd", "no engine"),
        ("ModuleNotFoundError", "No module named 'pyarrow'"),
    ]
