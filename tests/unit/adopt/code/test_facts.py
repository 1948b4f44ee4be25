"""The modules that an import may mean, and the method of a call."""

from __future__ import annotations

from nbenv.adopt.code.facts import Call, Import


def test_a_name_that_is_imported_may_be_a_module() -> None:
    assert Import("a.b", ("c", "*")).modules() == ["a.b", "a.b.c"]
    assert Import("a").modules() == ["a"]


def test_the_method_is_the_last_part_of_a_name() -> None:
    assert Call("frame.plot.bar").method == "bar"
    assert Call("read").method == "read"
