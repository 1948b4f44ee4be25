"""Unit tests of ``nbenv.adopt.needs.dependencies``."""

from __future__ import annotations

from nbenv.adopt.needs.dependencies import brought, settled
from nbenv.adopt.needs.rules import ImpliedNeed


def test_one_of_several_is_enough() -> None:
    need = ImpliedNeed(("netcdf4", "h5netcdf"), "")
    assert settled([need], ["h5netcdf>=1"]) == []
    assert settled([need], ["pandas"]) == [("netcdf4", need)]
    assert settled([need, ImpliedNeed(("h5netcdf",), "")], []) == [
        ("h5netcdf", ImpliedNeed(("h5netcdf",), ""))
    ]


def test_dependencies_are_followed() -> None:
    assert {"matplotlib", "numpy"} <= brought(["seaborn>=0.13"])
    assert "duckdb" in brought(["ibis-framework[duckdb]"])
    assert brought(["nobody-knows-this"]) == set()
