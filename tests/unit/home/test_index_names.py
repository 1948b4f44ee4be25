"""Names of indexes are remembered with the host that they were given to."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from nbenv.home.index_names import remember, remembered, variable_stem


@pytest.mark.parametrize(
    ("name", "stem"), [("corp", "CORP"), ("Co-rp.1", "CO_RP_1"), ("co_rp", "CO_RP")]
)
def test_the_variables_of_a_name(name: str, stem: str) -> None:
    assert variable_stem(name) == stem


def test_the_last_host_counts(home: Path) -> None:
    assert remembered() == {}
    remember("corp", "https://a.example:443")
    remember("other", "https://b.example:443")
    remember("CORP", "https://c.example:443")
    assert remembered() == {"CORP": "https://c.example:443", "OTHER": "https://b.example:443"}
    assert stat.S_IMODE((home / "index-names.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", '{"CORP": 1}', "{"])
def test_a_damaged_file_names_nothing(text: str, home: Path) -> None:
    home.mkdir()
    (home / "index-names.json").write_text(text, encoding="utf-8")
    assert remembered() == {}
