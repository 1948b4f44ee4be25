"""Unit tests of ``nbenv.export.script_metadata``."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.records.juv import script_block
from nbenv.export.script_metadata import block
from tests.unit.export.made import OWN, locked, snapshot


def test_the_block_is_read_back(tmp_path: Path) -> None:
    text = block(snapshot(tmp_path, "a>=1", lock=(locked("a"),), indexes=(OWN,)), ["b"])
    assert text.startswith("# /// script\n")
    assert text.endswith("\n# ///\n")
    assert all(line.startswith("#") for line in text.splitlines())
    assert script_block(text) == {
        "requires-python": "==3.11.*",
        "dependencies": ["a>=1", "b"],
        "tool": {
            "uv": {
                "constraint-dependencies": ["a==1.0"],
                "index": [{"url": "https://example.org/simple"}],
            }
        },
    }


def test_without_settings_there_is_no_table_of_tools(tmp_path: Path) -> None:
    assert "tool" not in script_block(block(snapshot(tmp_path, "a")))
