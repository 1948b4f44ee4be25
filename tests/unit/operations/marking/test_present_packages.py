"""The packages in an environment by their modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.operations.marking.present_packages import present_packages


class Made(Environment):
    """An environment whose packages are in any folder."""

    folder: Path

    def site_packages(self) -> Path:
        return self.folder


@pytest.fixture
def environment(tmp_path: Path) -> Made:
    made = Made("made")
    object.__setattr__(made, "folder", tmp_path)
    return made


def install(folder: Path, name: str, *files: str, metadata: str = "") -> None:
    for file in files:
        place = folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}\n{metadata}\n\nText", encoding="utf-8")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files), encoding="utf-8")


def test_a_module_is_its_package_also_below_a_namespace(environment: Made) -> None:
    folder = environment.folder
    install(folder, "cloud_storage", "google/cloud/storage/__init__.py")
    install(folder, "google_auth", "google/auth/__init__.py")
    install(folder, "opencv_headless", "cv2/__init__.py")
    install(folder, "six", "six.py")
    found = present_packages(environment)
    assert found.provider_of("google.cloud.storage") == "cloud-storage"
    assert found.provider_of("google.auth") == "google-auth"
    assert found.provider_of("cv2") == "opencv-headless"
    assert found.provider_of("six") == "six"
    assert found.provider_of("google.cloud.bigquery") is None
    assert found.versions["six"] == "1.0"


def test_an_install_is_noticed(environment: Made) -> None:
    before = present_packages(environment)
    assert present_packages(environment) is before
    install(environment.folder, "six", "six.py")
    assert present_packages(environment).provider_of("six") == "six"


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ("Project-URL: Documentation, https://a.invalid/d", "https://a.invalid/d"),
        ("Home-page: http://a.invalid/", "http://a.invalid/"),
        ("Project-URL: Source, https://a.invalid/s", ""),
        ("Project-URL: Docs, javascript:alert(1)", ""),
        ("Project-URL: Docs, https://a.invalid/\u202e", ""),
    ],
)
def test_documentation(environment: Made, metadata: str, found: str) -> None:
    install(environment.folder, "six", metadata=metadata)
    assert present_packages(environment).documentation_of("six") == found
    assert present_packages(environment).documentation_of("seven") == ""
