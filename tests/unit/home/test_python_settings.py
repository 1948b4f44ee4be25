"""Settings of Python that are about the user's code do not reach nbenv's own processes."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

import nbenv
from nbenv.home.python_settings import ignore_python_settings, without_python_settings


def test_settings() -> None:
    kept = {"PATH": "/bin", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYENV_ROOT": "/p"}
    dropped = ["PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONOPTIMIZE"]
    assert without_python_settings({**kept, **dict.fromkeys(dropped, "x")}) == kept


@pytest.mark.parametrize("options", [[], ["error"]])
def test_warnings(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "warnoptions", options)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ignore_python_settings()
        if options:
            warnings.warn("harmless", DeprecationWarning, stacklevel=1)
        else:
            with pytest.raises(DeprecationWarning):
                warnings.warn("as it was", DeprecationWarning, stacklevel=1)


def test_folders_of_pythonpath_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = str(Path(nbenv.__file__).parents[1])
    monkeypatch.setattr(sys, "path", ["/a", str(tmp_path), "/b", "/c"])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), "/a"]))
    ignore_python_settings()
    assert sys.path == ["/b", "/c", "/a", str(tmp_path)]
    monkeypatch.setattr(sys, "path", [own, "/b"])
    monkeypatch.setenv("PYTHONPATH", own)
    ignore_python_settings()
    assert sys.path == [own, "/b"]
