"""Modules and packages that code names in texts."""

from __future__ import annotations

import pytest

from nbenv.adopt.python_code import analyse


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import importlib\nimportlib.import_module('a.b')", ["a.b"]),
        ("from importlib import import_module as get\nget(name='a')", ["a"]),
        ("import importlib\nimportlib.import_module(f'a.b.{name}')", ["a.b"]),
        ("import importlib\nimportlib.import_module(f'a{name}')", []),
        ("import importlib\nimportlib.import_module('.a', 'b')", []),
        ("name = 'a'\n__import__(name)", ["a"]),
        ("import builtins\nbuiltins.__import__('a')", ["a"]),
        ("for name in ('a', 'b'):\n    __import__(name)", ["a", "b"]),
        ("names = ['a', 'b']\n[__import__(name) for name in names]", ["a", "b"]),
        ("import pytest\npytest.importorskip('a')", ["a"]),
        ("import lazy_loader as lazy\na = lazy.load('a')", ["a"]),
        ("exec('import a')", ["a"]),
        ("%%timeit import a\n1", ["a"]),
        ("__import__(anything)", []),
    ],
)
def test_modules(source: str, modules: list[str]) -> None:
    own = ("importlib", "builtins", "pytest", "lazy_loader")
    facts = analyse(source, is_cell=True)
    assert [each.module for each in facts.imports if each.module not in own] == modules


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import importlib.metadata\nimportlib.metadata.version('a-b')", ["a-b"]),
        ("from importlib.metadata import version as v\nv('a')", ["a"]),
        ("from importlib import metadata\nmetadata.distribution('a')", ["a"]),
        ("import pkg_resources\npkg_resources.require(['a', 'b>1'])", ["a", "b>1"]),
        (
            "from importlib.metadata import version\nfor n in ['a', 'b']:\n    version(n)",
            ["a", "b"],
        ),
        ("from mine import version\nversion('a')", []),
        ("from importlib.metadata import *\ntry:\n    version('a')\nexcept Exception:\n    0", []),
    ],
)
def test_packages(source: str, packages: list[str]) -> None:
    assert analyse(source, is_cell=True).packages == packages
