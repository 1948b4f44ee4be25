"""The builds of PyTorch, in uv's words."""

from __future__ import annotations

import re
import subprocess

import pytest
from uv import find_uv_bin

from nbenv.core.typed.torch_backends import (
    TORCH_PACKAGES,
    is_accelerated,
    is_backend,
    public_version,
    torch_backend,
    torch_choice,
    torch_packages_in,
)
from nbenv.errors import RecordError

OTHERS = ("torchdata", "torch-geometric", "torch-scatter", "torchx", "pyg-lib", "vllm", "numpy")
"""Packages that only use PyTorch, or resemble its own."""


@pytest.mark.parametrize("text", ["cpu", "xpu", "cu80", "cu126", "cu132", "rocm7.2", "rocm6.2.4"])
def test_a_build_is_named_as_uv_names_it(text: str) -> None:
    assert is_backend(text)
    assert torch_backend(text) == text
    assert is_accelerated(text) == (text != "cpu")


@pytest.mark.parametrize(
    "text",
    [
        "auto", "CPU", "cu", "cu12.6", "cu1", "cu12345", "rocm", "rocm6", "rocm6.4/..", "cpu/../x",
        "cu126\n", "cu１２６", "gpu", " cpu", "https://evil.invalid", "none x",
    ],
)  # fmt: skip
def test_nothing_else_is_a_build(text: str) -> None:
    assert not is_backend(text)
    assert not is_accelerated(text)
    with pytest.raises(RecordError, match=r"torch_backend is not a build of PyTorch"):
        torch_backend(text)


def test_a_record_may_choose_no_build() -> None:
    assert torch_backend("none") == "none"
    assert not is_accelerated("none")
    assert (torch_backend(""), torch_choice(""), torch_choice("auto")) == ("", "", "auto")
    with pytest.raises(RecordError, match="torch_choice is not auto"):
        torch_choice("cpu")


def test_a_version_names_its_build_behind_the_sign() -> None:
    assert public_version("2.9.1+cu126") == "2.9.1"
    assert public_version("2.9.1") == "2.9.1"


def test_the_packages_are_found_among_others() -> None:
    assert torch_packages_in(["torchvision", "numpy", "torch"]) == ["torch", "torchvision"]


def test_the_packages_are_those_of_uv() -> None:
    command = ["pip", "compile", "-", "--no-deps", "--torch-backend", "cpu", "--offline"]
    done = subprocess.run(
        [find_uv_bin(), "--color", "never", *command, "--no-cache", "--no-config", "--verbose"],
        input="\n".join([*TORCH_PACKAGES, *OTHERS]),
        capture_output=True,
        text=True,
        check=False,
    )
    asked = re.findall(r"https?://\S+/cpu/([^/\s]+)/", done.stderr)
    assert set(asked) == TORCH_PACKAGES
