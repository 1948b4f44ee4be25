"""A seal holds for exactly the content that it was made for."""

from __future__ import annotations

import marshal

import pytest

from nbenv.environments.seal import is_intact, is_sealed, sealed

CONTENT = b"header" + marshal.dumps((1, "two", b"three"))


def test_a_sealed_content() -> None:
    content = sealed(CONTENT)
    assert is_sealed(content)
    assert is_intact(content)
    assert content.startswith(CONTENT)


def test_python_reads_what_is_sealed() -> None:
    assert marshal.loads(sealed(CONTENT)[len(b"header") :]) == (1, "two", b"three")


@pytest.mark.parametrize("at", [0, 10, -33, -1])
def test_any_changed_byte(at: int) -> None:
    content = bytearray(sealed(CONTENT))
    content[at] ^= 1
    assert not is_intact(bytes(content))


@pytest.mark.parametrize("content", [b"", b"short", CONTENT, sealed(CONTENT)[:-1]])
def test_without_a_seal(content: bytes) -> None:
    assert not is_sealed(content)
    assert not is_intact(content)


def test_two_seals() -> None:
    assert is_intact(sealed(sealed(CONTENT)))
    assert not is_intact(sealed(CONTENT) + sealed(CONTENT)[-32:])
