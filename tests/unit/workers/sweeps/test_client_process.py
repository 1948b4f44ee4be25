"""The process that talks to a cluster: its events, and what is said when it fails."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from nbenv.errors import NbenvError
from nbenv.workers.sweeps import client_process
from nbenv.workers.sweeps.client_process import ClientProcess


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of an engine's, which a test writes."""
    monkeypatch.setattr(client_process, "_PROGRAMS", tmp_path)
    return tmp_path / "some_rows.py"


def started() -> ClientProcess:
    return ClientProcess(sys.executable, "some", ["words"])


def test_events_are_read_and_other_lines_are_passed_over(program: Path) -> None:
    program.write_text(
        'print(\'a line of the engine\')\nprint(\'{"event": "note", "text": "x"}\')\n'
        'print(\'{"broken\')\nprint(\'{"event": "end"}\')'
    )
    with started() as process:
        assert [event["event"] for event in process.events()][::2] == ["note", "end"]


def test_a_failure_has_all_parts_in_the_words_of_a_terminal(program: Path) -> None:
    program.write_text(
        "import json\nwhy = 'No pip. Send the wheels along: %nbenv workers --wheels'\n"
        "print(json.dumps({'event': 'failed', 'error': 'What.\\n' + why, 'todo': 'Do.'}))"
    )
    with started() as process, pytest.raises(NbenvError) as caught:
        list(process.events())
    assert caught.value.what == "What."
    assert caught.value.why == "No pip. Send the wheels along: add --wheels"
    assert caught.value.todo == "Do."


def test_a_process_that_ends_without_a_word_is_explained_by_its_last_lines(program: Path) -> None:
    program.write_text("import sys\nprint('Boom', file=sys.stderr)\nsys.exit(3)")
    with started() as process, pytest.raises(NbenvError) as caught:
        list(process.events())
    assert caught.value.why.strip() == "Boom"


def test_leaving_ends_the_process(program: Path) -> None:
    program.write_text('import time\nprint(\'{"event": "note"}\', flush=True)\ntime.sleep(60)')
    begin = time.monotonic()
    with started() as process:
        next(process.events())
    assert time.monotonic() - begin < 30


def test_variables_of_this_python_do_not_reach_it(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    program.write_text(
        "import json, os\nprint(json.dumps({'event': 'end', 'path': os.environ.get('PYTHONPATH')}))"
    )
    with started() as process:
        assert [event["path"] for event in process.events()] == [None]
