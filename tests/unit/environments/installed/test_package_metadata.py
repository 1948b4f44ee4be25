"""The metadata of installed distributions: read once, in any encoding, and shown with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.environments.installed.package_metadata import InstalledDistribution, documentation_of
from tests.support.wheels import make_wheel
from tests.unit.environments.test_environment import unpack


def distribution(folder: Path, metadata: bytes) -> InstalledDistribution:
    (folder / "METADATA").write_bytes(metadata)
    return InstalledDistribution(folder)


def test_metadata_is_read_once(tmp_path: Path) -> None:
    found = distribution(tmp_path, b"Name: a\nVersion: 1\nRequires-Dist: b\n")
    assert (found.name, found.version) == ("a", "1")
    (tmp_path / "METADATA").unlink()
    assert (found.name, found.version, found.requires) == ("a", "1", ["b"])


def test_metadata_in_another_encoding_is_read(environment: Environment, tmp_path: Path) -> None:
    dist_info = unpack(environment, make_wheel(tmp_path, "alpha", "1.0"))
    distribution(dist_info, b"Name: alpha\nVersion: 1.0\nSummary: d\xe9j\xe0 vu\n")
    found = environment.distributions()["alpha"]
    assert (found.version, found.metadata["Summary"]) == ("1.0", "d\ufffdj\ufffd vu")


@pytest.mark.parametrize("left", [None, b"", b"Name: alpha\n", b"Version: 1.0\n"])
def test_what_is_being_removed_is_left_out(
    environment: Environment, tmp_path: Path, left: bytes | None
) -> None:
    dist_info = unpack(environment, make_wheel(tmp_path, "alpha", "1.0"))
    assert environment.distributions().keys() == {"alpha"}
    (dist_info / "METADATA").unlink()
    if left is not None:
        (dist_info / "METADATA").write_bytes(left)
    assert environment.distributions() == {}


@pytest.mark.parametrize(
    ("lines", "page", "or_source"),
    [
        ("Project-URL: Source, https://a.invalid/s", "", "https://a.invalid/s"),
        ("Home-page: UNKNOWN\nProject-URL: Source, https://a.invalid/s", "", "https://a.invalid/s"),
        (
            "Project-URL: Source, https://a.invalid/s\nProject-URL: User Guide, https://a.invalid/g",
            "https://a.invalid/g",
            "https://a.invalid/g",
        ),
        ("Project-URL: Docs, file:///etc/passwd", "", ""),
        ("Project-URL: Docs, https://a.invalid/" + "x" * 500, "", ""),
    ],
)
def test_the_page_to_read(tmp_path: Path, lines: str, page: str, or_source: str) -> None:
    metadata = distribution(tmp_path, f"Name: a\n{lines}\n".encode()).metadata
    assert documentation_of(metadata) == page
    assert documentation_of(metadata, or_source=True) == or_source
