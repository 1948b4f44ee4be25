"""Options of pip's and uv's as the request of an install."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from nbenv.cli.pip_lines.pip_grammar import read_line, read_options
from nbenv.cli.pip_lines.pip_request import install_request
from nbenv.errors import UsageError
from nbenv.operations.install import InstallRequest

NOTHING = asdict(InstallRequest())


def asked(text: str) -> tuple[dict[str, object], list[str]]:
    """Return what is not as it is without options, and the notes."""
    line = read_line(["install", *text.split()])
    read_options(line)
    request, notes = install_request(line)
    return {name: each for name, each in asdict(request).items() if each != NOTHING[name]}, notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--no-deps -c a -c b", {"no_deps": True, "constraint_files": ("a", "b")}),
        ("-f a --find-links=b --no-index", {"find_links": ("a", "b"), "no_index": True}),
        ("--no-binary a,b --no-binary-package c", {"no_binary": ("a,b", "c")}),
        ("--only-binary=:all: --no-build-package c", {"only_binary": (":all:", "c")}),
        ("--no-build --prefer-binary", {"only_binary": (":all:",), "prefer_binary": True}),
        ("-i https://a.invalid/s -i u", {"index_url": "u"}),
        ("--default-index n=https://a.invalid", {"default_index": "n=https://a.invalid"}),
        (
            "--extra-index-url https://a.invalid:1/s --index https://a.invalid:2/s",
            {"indexes": ("a-invalid-s=https://a.invalid:1/s", "a-invalid-s-2=https://a.invalid:2/s")},
        ),
        ("-U -P B==1 --upgrade-strategy eager",
         {"upgrade": True, "upgrade_packages": ("b",), "with_dependencies": True}),
        ("--upgrade-strategy only-if-needed", {}),
        ("--force-reinstall --reinstall-package x",
         {"reinstall": True, "reinstall_packages": ("x",)}),
        ("--pre --prerelease-package a=allow --all-releases b,c",
         {"pre": True, "pre_packages": ("a", "b", "c")}),
        ("--prerelease allow", {"pre": True}),
        ("--all-releases :all:", {"pre": True}),
        ("--prerelease if-necessary --resolution highest", {}),
        ("--resolution lowest", {"resolution": "lowest"}),
        ("--exclude-newer 2024-01-01 --index-strategy first-index",
         {"exclude_newer": "2024-01-01", "index_strategy": "first-index"}),
        ("--trusted-host h --allow-insecure-host i:1", {"trusted_hosts": ("h", "i:1")}),
        ("--proxy p --retries 2",
         {"settings": (("HTTPS_PROXY", "p"), ("HTTP_PROXY", "p"), ("ALL_PROXY", "p"),
                       ("UV_HTTP_RETRIES", "2"))}),
        ("--no-cache-dir --offline", {"settings": (("UV_NO_CACHE", "1"), ("UV_OFFLINE", "1"))}),
        ("--keyring-provider import", {"settings": (("UV_KEYRING_PROVIDER", "subprocess"),)}),
        ("-e . -e ./a[x] six",
         {"editable": (".", "./a[x]"), "requirements": ("six",)}),
    ],
)  # fmt: skip
def test_what_is_asked_for(text: str, expected: dict[str, object]) -> None:
    assert asked(text) == (expected, [])


def test_a_repository_is_not_installed_in_place() -> None:
    made, notes = asked("-e git+https://h.invalid/x@v1#egg=x -e x[y]@git+https://h.invalid/x")
    assert made == {
        "requirements": ("git+https://h.invalid/x@v1#egg=x", "x[y]@git+https://h.invalid/x")
    }
    assert notes[0].startswith("Ignored -e for a repository")


def test_the_last_build_of_pytorch_counts() -> None:
    assert asked("--torch-backend cu126 --torch-backend cpu") == ({"torch_backend": "cpu"}, [])


@pytest.mark.parametrize(
    "text",
    ["--upgrade-strategy x", "--prerelease disallow", "--prerelease-package a=never",
     "--resolution newest"],
)  # fmt: skip
def test_other_values_are_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(text)
    assert caught.value.what.startswith(text.split()[0])
