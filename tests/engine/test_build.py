"""``nbenv build`` and ``nbenv run --on docker``, with a real engine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.engine.conftest import Image, make_notebook, outputs
from tests.engine.kit import Engine
from tests.support.commands import nbenv, succeed


@pytest.fixture
def work(image: Image, tmp_path: Path) -> Path:
    """A notebook of its own, with other cells and the same lock."""
    return make_notebook(tmp_path / "other.ipynb")


def test_an_environment_is_built_once_and_runs_notebooks(
    engine: Engine, work: Path, tmp_path: Path
) -> None:
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    built = nbenv("build", work, "--json", environ=environ)
    assert built.status == 0, built.err
    image = built.json["image"]
    again = make_notebook(tmp_path / "again" / "again.ipynb")
    known = nbenv("build", again, "--json", environ=environ)
    assert (known.json["image"], known.json["built"]) == (image, False)

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("read", encoding="utf-8")
    document = json.loads(work.read_text(encoding="utf-8"))
    document["cells"][-1]["source"] = (
        "import os\nprint(open('data/a.txt').read(), os.getuid(), rate)\n"
        "assert not os.access('other.ipynb', os.W_OK) or os.getuid() == 0\n"
        "open('here.txt', 'w').close()"
    )
    work.write_text(json.dumps(document), encoding="utf-8")
    before, out = work.read_bytes(), tmp_path / "out.ipynb"
    options = ("-p", "rate=2", "-o", out, "--mount", tmp_path / "data", "--network", "none")
    done = nbenv("run", work, "--on", "docker", "--memory", "1g", *options, environ=environ)
    assert done.status == 0, done.err
    assert f"read {os.getuid()} 2.0" in done.out
    assert out.stat().st_uid == os.getuid()
    assert outputs(out)[-1] == f"read {os.getuid()} 2.0\n"
    assert work.read_bytes() == before

    failed = nbenv("run", work, "--on", "docker", "-p", "mode=kill", "-o", out, environ=environ)
    assert failed.status == 1
    assert "The kernel was ended by SIGKILL." in failed.err and "Wrote " in failed.err
    engine.ok("image", "rm", "-f", image)


def test_what_an_engine_refuses_is_shown(engine: Engine, work: Path) -> None:
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    succeed("restore", work)
    done = nbenv("run", work, "--on", "docker", "--network", "missing", environ=environ)
    assert done.status == 1
    assert "missing" in done.err
