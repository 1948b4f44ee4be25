"""Unit tests of ``nbenv.containers.kubernetes.pod_state``."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.containers.kubernetes.pod_state import OUT_OF_MEMORY, PodState, run_state

RUNNING = {"running": {}}


def pod(notebook: dict[str, Any] | None = None, number: int = 0, **more: Any) -> dict[str, Any]:
    """Return a pod, whose second container runs."""
    labels = {"nbenv.row": str(number)} if number else {}
    states = [{"name": "results", "state": RUNNING}]
    if notebook is not None:
        states.append({"name": "notebook", "state": notebook})
    status = {"containerStatuses": states, "phase": "Running", **more.pop("status", {})}
    metadata = {"name": "p", "labels": labels, "creationTimestamp": "1", **more}
    return {"kind": "Pod", "metadata": metadata, "status": status}


def only(found: dict[str, Any], number: int = 0) -> PodState:
    return run_state([found]).pods[number]


def test_how_a_notebook_ended() -> None:
    assert only(pod(RUNNING)).status is None and only(pod(RUNNING)).is_started
    ended = only(pod({"terminated": {"exitCode": 2}}, number=7), 7)
    assert (ended.status, ended.number, ended.reason, ended.is_readable) == (2, 7, "", True)
    killed = only(pod({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}))
    assert (killed.status, killed.reason) == (137, OUT_OF_MEMORY)
    gone = {"phase": "Failed", "reason": "Evicted", "message": "no disk", "containerStatuses": []}
    evicted = only(pod(status=gone))
    assert (evicted.status, evicted.reason, evicted.is_readable) == (1, "Evicted: no disk", False)


@pytest.mark.parametrize(
    ("reason", "is_stuck"),
    [("ContainerCreating", False), ("ErrImagePull", False), ("ImagePullBackOff", True)],
)
def test_what_a_pod_waits_for(reason: str, is_stuck: bool) -> None:
    state = only(pod({"waiting": {"reason": reason, "message": "m"}}))
    assert state.waiting == reason and not state.is_started
    assert state.stuck == (f"{reason}: m" if is_stuck else "")
    unscheduled = {"type": "PodScheduled", "status": "False", "message": "no node"}
    assert only(pod(status={"conditions": [unscheduled]})).waiting == "no node"


def test_the_newest_pod_of_a_row_counts() -> None:
    index = {"batch.kubernetes.io/job-completion-index": "1"}
    old = pod({"terminated": {"exitCode": 143}}, annotations=index)
    new = pod(RUNNING, annotations=index, creationTimestamp="2")
    leaving = pod(RUNNING, annotations=index, creationTimestamp="3", deletionTimestamp="4")
    assert run_state([new, old, leaving]).pods[2].status is None
    assert run_state([old]).pods[2].status == 143


def test_jobs_that_failed() -> None:
    failed = {"type": "Failed", "status": "True", "message": "m"}
    one = {"kind": "Job", "metadata": {"labels": {"nbenv.row": "3"}}}
    state = run_state([{**one, "status": {"conditions": [failed]}}])
    assert (state.failure(3), state.failure(4), state.jobs) == ("m", "", {3})
    late = {**failed, "reason": "DeadlineExceeded"}
    whole = {"kind": "Job", "metadata": {}, "status": {"conditions": [late]}}
    assert "longer than a week" in run_state([whole]).failure(4)
