"""Search paths of programs: relative ones in place of those of one folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.environments.archive.elf_search_path import with_relative_search_path

PREFIX = os.path.realpath(sys.base_prefix)
PROGRAM = os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def test_what_is_no_program_stays() -> None:
    for content in (b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01" + b"\0" * 70):
        assert with_relative_search_path(content, "/opt/x/bin/a", "/opt/x") == content


def test_the_path_of_this_python() -> None:
    content = Path(PROGRAM).read_bytes()
    own = f"{PREFIX}/lib\0".encode()
    if not sys.platform.startswith("linux") or own not in content:
        pytest.skip("this Python has no search path of its own folder")
    changed = with_relative_search_path(content, PROGRAM, PREFIX)
    assert b"$ORIGIN/../lib\0" in changed
    assert own not in changed
    assert len(changed) == len(content)
    assert with_relative_search_path(changed, PROGRAM, PREFIX) == changed
    assert with_relative_search_path(content, PROGRAM, "/opt/other") == content
