"""The table of readers."""

from __future__ import annotations

import pkgutil

from nbenv.adopt import records


def test_every_record_has_its_reader_in_the_table() -> None:
    modules = {f"{records.__name__}.{each.name}" for each in pkgutil.iter_modules(records.__path__)}
    assert {reader.__module__ for reader in records.READERS} == modules
