"""Local projects in pip's words are relative to where pip is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.cli.pip_lines.pip_paths import from_working_directory


@pytest.mark.parametrize(
    ("words", "full"),
    [
        ("install .", "install {0}"),
        ("install ./proj[x]", "install {0}/proj[x]"),
        ("install -e proj", "install -e {0}/proj"),
        ("install -e proj[x]", "install -e {0}/proj[x]"),
        ("install --editable=proj", "install --editable={0}/proj"),
        ("install a-1-py3-none-any.whl", "install {0}/a-1-py3-none-any.whl"),
        ("install proj", "install proj"),
        ("install ./gone https://x/y.whl -r r.txt", "install ./gone https://x/y.whl -r r.txt"),
    ],
)
def test_they_get_their_full_path(
    words: str, full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "proj").mkdir()
    (tmp_path / "a-1-py3-none-any.whl").touch()
    monkeypatch.chdir(tmp_path)
    other = tmp_path.parent
    assert from_working_directory(words.split(), other) == full.format(tmp_path).split()
    assert from_working_directory(words.split(), tmp_path) == words.split()
