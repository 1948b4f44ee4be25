"""Errors about a Ray cluster that does not fit, before Ray is asked."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def versions(driver: Callable[[str], ModuleType]) -> Any:
    return driver("ray_versions")


BUNDLE = SimpleNamespace(manifest={"python": "3.11", "versions": {"ray": "2.60.0"}})


@pytest.mark.parametrize(
    ("ray", "python", "todo"),
    [
        ("2.59.0", "3.11.2", 'Run %nbenv install "ray[client]==2.59.0", and'),
        ("2.60.0", "3.12.1", "Run %nbenv python 3.12, and"),
        ("2.59.0", "3.12.1", 'Run %nbenv python 3.12, then %nbenv install "ray[client]==2.59.0"'),
    ],
)
def test_the_commands_that_make_both_equal_are_named(
    versions: Any, ray: str, python: str, todo: str
) -> None:
    error = versions.mismatch("node", ray, python, BUNDLE)
    assert error.message.startswith(f"node runs Ray {ray} with Python {python}, and")
    assert todo in error.todo


def test_an_environment_without_ray_is_refused(versions: Any) -> None:
    versions.check_has_ray(BUNDLE)
    with pytest.raises(Exception, match="does not have Ray"):
        versions.check_has_ray(SimpleNamespace(manifest={"versions": {}}))


@pytest.mark.parametrize("target", ["ray://", "ray://host:port", "ray://[::1"])
def test_what_is_no_address_is_refused(versions: Any, target: str) -> None:
    with pytest.raises(Exception, match="is no address of Ray"):
        versions.with_port(target)


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("ray://head", "ray://head:10001"),
        ("ray://head:20001/", "ray://head:20001"),
        ("ray://[::1]", "ray://[::1]:10001"),
    ],
)
def test_an_address_without_a_port_gets_the_usual_one(
    versions: Any, target: str, found: str
) -> None:
    assert versions.with_port(target) == found


def test_silence_is_refused_at_once(versions: Any) -> None:
    with pytest.raises(Exception, match="does not answer") as caught:
        versions.check_reachable("ray://127.0.0.1:1")
    assert "port 1 of its head node" in caught.value.todo


def test_versions_in_rays_own_refusal(versions: Any) -> None:
    text = (
        "Version mismatch: The cluster was started with:\n    Ray: 2.60.0\n    Python: 3.11.7\n"
        "This process on Ray Client was started with:\n    Ray: 2.60.0\n    Python: 3.12.1\n"
    )
    assert versions.in_refusal(text) == ("2.60.0", "3.11.7")
    assert versions.in_refusal("ConnectionError: ") is None
