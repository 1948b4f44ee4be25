"""The status of notebooks whose kernels are on another machine."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.core.record import fingerprint
from nbenv.home.handed_over import HandedOver
from nbenv.server.gateways.remote_kernels import RemoteKernel
from nbenv.server.gateways.remote_records import Taken
from nbenv.server.gateways.remote_status import refusal_of, status_of_remote

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
HERE: dict[str, object] = {
    "recorded": True,
    "record": fingerprint(RECORD),
    "approved": False,
    "ready": True,
    "locked": 3,
    "installed": 9,
    "environment": "/here/envs/work-1",
    "drift": [{"name": "x"}],
}


def kernel(report: dict[str, Any] | None = None) -> RemoteKernel:
    return RemoteKernel("work-1", HandedOver("work-1", "/work.ipynb", RECORD), report)


def running(**more: object) -> dict[str, Any]:
    return {"state": "running", "environment": "work-1-a", "record": RECORD, **more}


def shown(found: RemoteKernel | None, name: str = "nbenv") -> dict[str, Any]:
    return status_of_remote(HERE, found, name)


def test_nothing_of_this_machines_environment_is_shown() -> None:
    status = shown(kernel(running()))
    assert (status["environment"], status["drift"], status["installed"]) == ("work-1-a", [], 3)
    assert (status["ready"], status["approved"]) == (True, True)
    assert status["kernel"]["environment"] == "work-1-a"
    assert status["kernel"]["remote"]


@pytest.mark.parametrize(
    "report", [running(behind=True), running(record=None), running(record={"version": 1})]
)
def test_a_kernel_with_another_record_is_not_ready(report: dict[str, Any]) -> None:
    assert not shown(kernel(report))["ready"]


@pytest.mark.parametrize("outcome", [Taken.BEHIND, Taken.CONFLICT])
def test_a_conflict_is_said(outcome: Taken) -> None:
    found = kernel(running())
    found.outcome = outcome
    status = shown(found)
    assert status["kernel"]["behind"]
    assert "record was changed" in status["note"]


@pytest.mark.parametrize(("kind", "approved"), [("ApprovalNeeded", False), ("Nbenv", True)])
def test_a_waiting_kernel_says_why(kind: str, approved: bool) -> None:
    status = shown(kernel({"state": "waiting", "error": {"kind": kind}}))
    assert (status["approved"], status["kernel"]["state"]) == (approved, "waiting")


def test_a_kernel_that_has_said_nothing() -> None:
    found = kernel()
    assert shown(found)["kernel"] == {"state": "starting", "remote": True, "outdated": False}
    found.is_old = True
    assert shown(found)["kernel"]["outdated"]
    assert "Upgrade jupyter-nbenv" in shown(found)["note"]


@pytest.mark.parametrize(("name", "state"), [("", "none"), ("python3", "ordinary")])
def test_kernels_that_are_not_ours(name: str, state: str) -> None:
    status = status_of_remote(HERE, None, name, "The gateway lacks it.")
    assert status["kernel"] == {"state": state, "remote": True}
    assert status["note"] == ("The gateway lacks it." if name else "")


def test_a_page_hears_what_to_run_instead() -> None:
    text = str(refusal_of("install", ["six", "https://me:secret@host.test/x.whl"]))
    assert "run a cell: %nbenv install six https://" in text
    assert "secret" not in text
    assert "%nbenv install NAME" in str(refusal_of("adopt", []))  # the cells are not there
