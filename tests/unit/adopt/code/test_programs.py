"""Programs that shell lines run on the notebook's Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.code.programs import Program, programs
from nbenv.adopt.examine import examine
from tests.conftest import write_notebook


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("python -m a.b --x", [Program(module="a.b")]),
        ("{sys.executable} -W ignore -m a", [Program(module="a")]),
        ("python3 -c 'import a; a.b()'", [Program(code="import a; a.b()")]),
        ("cd x && python -u train.py --lr 1 > log.txt", [Program(file="train.py")]),
        ("CUDA=1 kaggle datasets download x | tail", [Program(package="kaggle")]),
        ("jupyter nbconvert --to html a.ipynb", [Program(package="nbconvert")]),
        ("python -m pip install a", []),
        ("python --version", []),
        ("wget https://x.invalid/python -m", []),
    ],
)
def test_programs(command: str, found: list[Program]) -> None:
    assert list(programs(command)) == found


def test_what_programs_need(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import rich")
    lines = '!python train.py\n!python -m papermill a b\n!python -c "import skimage"'
    calls = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import yaml'])"
    path = write_notebook(tmp_path / "x.ipynb", f"{lines}\n{calls}")
    assert examine(path, "3.11").names() == {"rich", "papermill", "scikit-image", "pyyaml"}
