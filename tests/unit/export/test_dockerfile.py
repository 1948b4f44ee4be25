"""Unit tests of ``nbenv.export.dockerfile``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.export import export
from nbenv.export.dockerfile import write
from tests.unit.export.made import COMMIT, OWN, locked, snapshot


def test_the_lock_is_installed_before_the_notebook_is_copied(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, "a", lock=(locked("a"),), indexes=(OWN,)))
    assert text.startswith(
        "# Runs Some notebook.ipynb in its own environment.\n"
    )  # without "# syntax=", which would ask a registry
    places = [
        text.index(part)
        for part in (
            "--extra-index-url https://example.org/simple",
            "a==1.0 --hash=sha256:",
            "install --require-hashes --no-deps -r requirements.txt",
            "FROM ${BASE}",
            'COPY --chown=1000:0 --chmod=664 ["Some notebook.ipynb", "./"]',
            'ENTRYPOINT ["/bin/sh", "/opt/nbenv/start.sh", "python", "/opt/nbenv/headless.py", '
            '"Some notebook.ipynb"',
        )
    ]
    assert places == sorted(places)


def test_what_has_no_hash_is_installed_by_itself(tmp_path: Path) -> None:
    lock = (
        locked("a"),
        locked("repo", url=f"git+https://example.org/r@{COMMIT}", marker="os_name == 'nt'"),
        locked("tool", url="./tool"),
    )
    document = snapshot(tmp_path, "a", lock=lock)
    text = write(document)
    address = f"'repo @ git+https://example.org/r@{COMMIT} ; os_name == '\"'\"'nt'\"'\"''"
    assert f"install --no-deps {address}\n" in text
    assert "install --no-deps ./tool\n" in text


def test_a_hostile_name_ends_no_comment_and_no_string(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, lock=(locked("a"),), name='x"\nRUN evil $A[1].ipynb'))
    assert not [line for line in text.splitlines() if line.startswith("RUN evil")]
    assert '["x\\\\\\"\\nRUN evil \\\\$A[[]1].ipynb", "./"]' in text


def test_system_packages_are_there_for_builds_and_for_runs(tmp_path: Path) -> None:
    document = snapshot(tmp_path, "a", lock=(locked("a"),), system=("ffmpeg", "g++"))
    text = write(document)
    step = "apt-get install -y --no-install-recommends ffmpeg g++ "
    build, _, run = text.partition("FROM ${BASE}")
    assert (build.count(step), run.count(step)) == (1, 1)
    assert build.index(step) < build.index("requirements.txt")
    assert run.index(step) < run.index("USER 1000")
    assert "apt-get" not in write(snapshot(tmp_path, "a", lock=(locked("a"),)))


def test_a_kernel_that_a_default_index_lacks_is_installed_by_itself(tmp_path: Path) -> None:
    own = (replace(OWN, default=True),)
    text = write(snapshot(tmp_path, lock=(locked("acme"), locked("ipykernel")), indexes=own))
    kernel, rest = text.split("NBENV' kernel.txt\n")[1].split("NBENV' requirements.txt\n")
    assert kernel.startswith("--extra-index-url https://example.org/simple\nipykernel==1.0 ")
    assert rest.startswith("--index-url https://example.org/simple\nacme==1.0 ")
    steps = rest.replace("\\\n", "")
    assert steps.index("-r kernel.txt") < steps.index("-r requirements.txt")
    assert "acme" not in kernel and "ipykernel==" not in rest
    only = write(snapshot(tmp_path, lock=(locked("ipykernel"),), indexes=own))
    assert "-r requirements.txt" not in only


PLATFORMS = [
    (("sys_platform == 'win32'",), "locked for Windows only"),
    (("platform_machine == 'x86_64' and sys_platform == 'linux'",), "locked for Linux (x86_64)"),
    (("sys_platform == 'darwin'", "sys_platform == 'linux'"), ""),
    ((), ""),
]


@pytest.mark.parametrize(("platforms", "said"), PLATFORMS)
def test_a_lock_that_is_not_for_linux_says_so(
    platforms: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    document = snapshot(tmp_path, lock=(locked("a"),), platforms=platforms)
    head = write(document).partition("FROM")[0].replace("\n# ", " ")
    assert (said in head) if said else ("locked for" not in head)
    notes = [each.message for each in export(document, "dockerfile") if each.lasting]
    assert len(notes) == bool(said)
