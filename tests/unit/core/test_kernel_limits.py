"""Old kernels get the limits that their metadata lacks."""

from __future__ import annotations

import pytest

from nbenv.core.kernel_limits import with_kernel_limits


@pytest.mark.parametrize(
    ("asked", "limited"),
    [
        ("ipykernel<6", True),
        ("ipykernel==5.5.6", True),
        ("IPyKernel==5.*", True),
        ("ipykernel~=5.1", True),
        ("ipykernel>=4,<=5.9", True),
        ("ipykernel", False),
        ("ipykernel<7", False),
        ("ipykernel==6.29.5", False),
        ("ipykernel>=5", False),
        ("ipykernel===x", False),
        ("ipykernel @ https://h.invalid/ipykernel-5.0-py3-none-any.whl", False),
        ("traitlets<5", False),
    ],
)
def test_limits(asked: str, limited: bool) -> None:
    more = ["ipython<9"] if limited else []
    assert with_kernel_limits(["pandas", asked], ["six<2"]) == ["six<2", *more]
    assert with_kernel_limits(["pandas"], [asked]) == [asked, *more]
