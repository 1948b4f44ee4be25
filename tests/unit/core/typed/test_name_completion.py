"""The list of names for completion."""

from __future__ import annotations

import time

from packaging.utils import canonicalize_name

from nbenv.core.typed.name_completion import _summaries, complete_name
from nbenv.core.typed.suggestions import well_known


def test_the_list_has_what_people_use_in_one_line_each() -> None:
    summaries = _summaries()
    assert well_known() <= summaries.keys()
    assert len(summaries) > 3000
    for name, summary in summaries.items():
        assert name == canonicalize_name(name)
        assert summary.isprintable()
        assert len(summary) <= 93


def test_a_keystroke_is_answered_at_once() -> None:
    complete_name("warm")
    start = time.perf_counter()
    for typed in ("s", "se", "sea", "seab", "x" * 60, "data"):
        complete_name(typed)
    assert (time.perf_counter() - start) / 6 < 0.02
