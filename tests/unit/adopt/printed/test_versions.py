"""Unit tests of ``nbenv.adopt.printed.versions``."""

from __future__ import annotations

import time

import pytest

from nbenv.adopt.printed.versions import printed_versions


@pytest.mark.parametrize(
    ("source", "output", "versions"),
    [
        ("import torch\ntorch.__version__", "'1.2.0'", [("torch", "1.2.0")]),
        ("print(torch.__version__)", "1.2.0\n2019.09.3", [("torch", "1.2.0")]),
        ("print(keras.__version__)", "Using backend.\n2.0.8", [("keras", "2.0.8")]),
        ("np.__version__, pd.__version__", "('1.1', '2.0')", [("np", "1.1"), ("pd", "2.0")]),
        ("print(f'TF {tf.__version__} ok')", "TF 2.2.0 ok", [("tf", "2.2.0")]),
        ("print('v: {}'.format(sk.__version__))", "v: 0.22.1", [("sk", "0.22.1")]),
        ("print('v: %s' % sk.__version__)", "v: 0.22.1", [("sk", "0.22.1")]),
        ("print('T: ' + torch.__version__)", "T: 1.4.0+cu92", [("torch", "1.4.0+cu92")]),
        ("print('v', tf.__version__, 'on', dev)", "v 2.1.0 on gpu", [("tf", "2.1.0")]),
        ("%matplotlib inline\nprint(tf.__version__)", "2.1.0", [("tf", "2.1.0")]),
        # Other numbers are no versions.
        ("assert torch.__version__ >= '1'\nprint(day)", "2019.09.3", []),
        ("if torch.__version__ > '1':\n    print('new 3.4.5')", "new 3.4.5", []),
        ("print('v', torch.__version__)", "2019.09.3", []),
        ("torch.__version__;", "", []),
        ("this is not Python __version__", "1.2", []),
    ],
)
def test_only_what_prints_a_version(
    source: str, output: str, versions: list[tuple[str, str]]
) -> None:
    assert list(printed_versions(source, output)) == versions


def test_no_cell_keeps_it_busy() -> None:
    begun = time.monotonic()
    unknown = ", ".join(f"a{number}" for number in range(200))
    for between in (unknown, "a, a, a"):
        source = f"print({between}, x.__version__, {between})"
        list(printed_versions(source, "\n".join(["1.2 " * 75] * 20)))
    assert time.monotonic() - begun < 5
