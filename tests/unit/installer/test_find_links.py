"""Pages and folders of files, as uv is given them."""

from __future__ import annotations

from pathlib import Path

from nbenv.installer.find_links import absent_links, usable_links


def test_folders_that_are_not_here_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a, b").mkdir()
    urls = ["./a, b", "./missing", "https://h.invalid/w", (tmp_path / "a, b").as_uri()]
    here = (tmp_path / "a, b").as_uri().replace(",", "%2C")
    assert usable_links(urls, tmp_path) == [here, "https://h.invalid/w", here]
    assert absent_links(urls, tmp_path) == ["./missing"]
