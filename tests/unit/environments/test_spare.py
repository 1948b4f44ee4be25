"""The spare environment: taken once, by the first new notebook that asks."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nbenv.environments import spare, store
from nbenv.environments.environment import Environment
from nbenv.environments.readiness import ready_environment
from nbenv.environments.store import State
from nbenv.home import paths, variables
from tests.unit.environments.test_readiness import RECORD, made

EMPTY: dict[str, object] = {**RECORD, "requirements": []}


@pytest.fixture
def placeholder() -> str:
    """Return the placeholder that has a ready spare environment."""
    path = paths.placeholder_path(spare.name())
    environment = made("spare-1", EMPTY)
    environment.assign(path)
    store.save_state(State(path, "spare-1"))
    return path


def test_nothing_is_taken_where_nothing_waits(notebook: Path, home: Path) -> None:
    assert spare.take(str(notebook)) is None
    assert not home.exists()


def test_a_new_notebook_takes_it_with_all_that_is_known(notebook: Path, placeholder: str) -> None:
    environment = Environment("spare-1")
    assert spare.take(str(notebook)) == str(environment.path)
    assert ready_environment(str(notebook)) == str(environment.path)
    assert store.read_state(str(notebook)) == State(os.path.realpath(notebook), "spare-1")
    assert store.read_state(placeholder) is None
    assert environment.read_marker().notebook == os.path.realpath(notebook)
    assert environment.read_marker().record == EMPTY
    assert not list(Path(paths.home(), "notebooks").glob("*.new"))


def test_one_of_several_notebooks_takes_it(placeholder: str, tmp_path: Path) -> None:
    notebooks = [str(tmp_path / f"{number}.ipynb") for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        taken = [each for each in pool.map(spare.take, notebooks) if each]
    assert taken == [str(Environment("spare-1").path)]
    assert [state.environment for state in store.all_states()] == ["spare-1"]


def test_the_second_kernel_of_a_notebook_gets_the_first_ones(
    notebook: Path, placeholder: str
) -> None:
    """Both found nothing known of the notebook, and the other one has claimed a state since."""
    made("other-1", EMPTY)
    store.save_state(State(os.path.realpath(notebook), "other-1"))
    assert spare.take(str(notebook)) == str(Environment("other-1").path)


def test_an_old_one_is_not_taken(notebook: Path, placeholder: str) -> None:
    environment = str(Environment("spare-1").path)
    assert not spare.is_old(environment)
    week_ago = time.time() - 8 * 86_400
    os.utime(paths.marker_path(environment), (week_ago, week_ago))
    assert spare.is_old(environment)
    assert spare.take(str(notebook)) is None
    assert store.read_state(placeholder) is not None
    Environment("spare-1").unmark()
    assert spare.is_old(environment)


def test_none_is_prepared_where_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "start_detached", lambda *_: pytest.fail("a process was started"))
    monkeypatch.setenv(variables.BACKGROUND, "0")
    spare.prepare_next()


@pytest.mark.skipif(os.name != "posix", reason="looks at sessions")
def test_the_process_that_prepares_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """It runs apart, in nbenv's folder, and knows nothing of the kernel's notebook."""
    home.mkdir()
    report = home / "report"
    code = (
        "import os, sys; "
        f"found = [os.getcwd(), os.getsid(0) != {os.getsid(0)}, 'JPY_SESSION_NAME' in os.environ]; "
        f"open({str(report)!r} + '.new', 'w').write(repr(found)); "
        f"os.rename({str(report)!r} + '.new', {str(report)!r})"
    )
    monkeypatch.setenv(variables.BACKGROUND, "1")
    monkeypatch.setenv("JPY_SESSION_NAME", "work.ipynb")
    monkeypatch.setattr(spare, "main_command", lambda python, _: [python, "-c", code])
    spare.prepare_next()
    deadline = time.monotonic() + 20
    while not report.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert report.read_text() == repr([str(home), True, False])
