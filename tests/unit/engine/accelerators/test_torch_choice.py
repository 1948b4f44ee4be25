"""Choosing the build of PyTorch; the whole is in ``tests/integration/cli/test_torch_builds.py``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.engine.accelerators.torch_choice import (
    default_choice,
    parse_choice,
    resolve_with_torch,
    with_choice,
)
from nbenv.errors import UsageError
from nbenv.progress import Steps, drain

SPEC = Spec("3.11", ("numpy",))


@pytest.mark.parametrize("text", ["", "auto", "none", "cpu", "cu126", "rocm6.2.4", " CPU "])
def test_a_choice_is_one_of_uvs_words(text: str) -> None:
    assert parse_choice(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["gpu", "cuda", "cu12.6", "-e", "cpu x"])
def test_another_word_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"NAME .* is not a build of PyTorch"):
        parse_choice(text, "NAME")


def test_what_fits_is_settled_later() -> None:
    assert with_choice(SPEC, "") == SPEC
    cpu = with_choice(SPEC, "cpu")
    assert (cpu.torch_backend, cpu.torch_choice) == ("cpu", "")
    assert with_choice(cpu, "auto") == replace(SPEC, torch_choice="auto")


def test_what_the_record_has_stays() -> None:
    assert default_choice(SPEC) == "auto"
    assert default_choice(replace(SPEC, indexes=(Index("a", "https://h.invalid"),))) == "none"
    locked = Lock((LockedDistribution("torch", "2.9.1", hashes=("sha256:" + "0" * 64,)),))
    assert default_choice(replace(SPEC, lock=locked)) == "none"


def test_a_setting_counts_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_TORCH_BACKEND", "cu126")
    assert default_choice(SPEC) == "cu126"
    monkeypatch.setenv("NBENV_TORCH_BACKEND", "cpu")
    assert default_choice(SPEC) == "cpu"
    monkeypatch.setenv("NBENV_TORCH_BACKEND", "x")
    with pytest.raises(UsageError, match="NBENV_TORCH_BACKEND x"):
        default_choice(SPEC)


def test_nothing_is_asked_for_what_has_no_pytorch() -> None:
    tried: list[Spec] = []

    def resolve(spec: Spec) -> Steps[Spec]:
        tried.append(spec)
        return spec
        yield

    assert drain(resolve_with_torch(SPEC, resolve, moving=False)) == SPEC
    assert tried == [SPEC]
    auto = replace(SPEC, torch_backend="cpu", torch_choice="auto")
    assert drain(resolve_with_torch(auto, resolve, moving=False)) == SPEC
    cpu = replace(SPEC, torch_backend="cpu")
    assert drain(resolve_with_torch(cpu, resolve, moving=True)) == cpu
