"""Questions about modules that nothing else explains."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.examine import examine
from nbenv.adopt.unlisted.question import Question
from tests.conftest import write_notebook


def asked(folder: Path, *cells: str) -> dict[str, Question]:
    found = examine(write_notebook(folder / "x.ipynb", *cells), "3.11")
    return {each.module: each for each in found.questions}


def test_what_is_used(tmp_path: Path) -> None:
    code = "import surelynot.sub as s, surelynot\nfrom surelynot.core import Model\n"
    found = asked(tmp_path, code, "s.solve(1)\nsurelynot.Thing.make(2)")
    assert found["surelynot"].uses >= {"core.Model", "sub.solve", "Thing.make"}
    assert found["surelynot"].candidates == ("surelynot", "surelynot-sub", "surelynot-core")


def test_nothing_is_asked_of_what_is_known_local_or_named_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("")
    code = "import numpy, os, beside_it, utils, my_surelynot, helper_functions, urllib2"
    assert asked(tmp_path, f"{code}\ntry:\n    import surelynot\nexcept ImportError: 0") == {}


def test_packages_that_the_text_names(tmp_path: Path) -> None:
    text = "# pip install other-surely\n# https://github.com/me/surelynot-kit and /me/far"
    found = asked(tmp_path, f"{text}\nimport surelynot")["surelynot"]
    assert found.candidates == ("surelynot", "surelynot-kit", "other-surely")
    assert found.mentioned == {"surelynot-kit", "other-surely"}


def test_claims_that_nobody_has_reviewed(tmp_path: Path) -> None:
    assert asked(tmp_path, "import spikeglx")["spikeglx"].candidates[1:] == ("ibl-neuropixel",)


def test_a_part_of_a_namespace(tmp_path: Path) -> None:
    found = asked(tmp_path, "from google.cloud import surelynot, storage\nimport zope.surelynot.x")
    assert found["google.cloud.surelynot"].candidates == ("google-cloud-surelynot",)
    assert found["zope.surelynot"].candidates == ("zope-surelynot", "zope-surelynot-x")
    assert len(found) == 2


def test_too_many_are_files_of_its_own(tmp_path: Path) -> None:
    assert not asked(tmp_path, *(f"import surelynot{n}x" for n in "abcdefghijklm"))
