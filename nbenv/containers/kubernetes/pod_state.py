"""The state of the pods and Jobs of one run, as the cluster tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbenv.containers.kubernetes.job_manifests import NOTEBOOK, RESULTS, ROW

__all__ = ["OUT_OF_MEMORY", "PodState", "RunState", "run_state"]

_INDEX = "batch.kubernetes.io/job-completion-index"
_NEVER = (
    "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError",
)  # fmt: skip
"""Reasons for which a container waits that waiting does not mend."""
OUT_OF_MEMORY = "It ran out of memory."


@dataclass(frozen=True)
class PodState:
    """One pod; `number` is that of its row, from 1 on, or 0.

    `waiting` says what it waits for, and `stuck` why it will not start. `status` is the exit
    status of the notebook's container, None before it ended, and `reason` why that ended.
    `is_readable` says that its results can be fetched.
    """

    name: str
    number: int
    waiting: str = ""
    stuck: str = ""
    status: int | None = None
    reason: str = ""
    is_readable: bool = False
    is_started: bool = False


@dataclass(frozen=True)
class RunState:
    """The newest pod of each row, by its number, and why Jobs have failed, by theirs.

    The number of an Indexed Job, and of a single one, is 0. `jobs` are the numbers of all Jobs.
    """

    pods: Mapping[int, PodState]
    failed_jobs: Mapping[int, str]
    jobs: frozenset[int]

    def failure(self, number: int) -> str:
        """Return why the Job of a row failed, "" where it did not."""
        return self.failed_jobs.get(number) or self.failed_jobs.get(0, "")


def run_state(found: Sequence[Mapping[str, Any]]) -> RunState:
    """Return the state from the objects of a run: pods and Jobs, in any order."""
    pods: dict[int, PodState] = {}
    failed: dict[int, str] = {}
    jobs = set()
    for each in sorted(found, key=lambda one: str(one["metadata"].get("creationTimestamp"))):
        if each["kind"] == "Job":
            number = _row(each)
            jobs.add(number)
            if reason := _job_failure(each):
                failed[number] = reason
        elif each["kind"] == "Pod" and "deletionTimestamp" not in each["metadata"]:
            state = _pod_state(each)
            pods[state.number] = state
    return RunState(pods, failed, frozenset(jobs))


def _row(found: Mapping[str, Any]) -> int:
    metadata = found["metadata"]
    label = metadata.get("labels", {}).get(ROW)
    index = metadata.get("annotations", {}).get(_INDEX)
    return int(label) if label else int(index) + 1 if index is not None else 0


def _job_failure(job: Mapping[str, Any]) -> str:
    for each in job.get("status", {}).get("conditions") or ():
        if each["type"] == "Failed" and each["status"] == "True":
            if each.get("reason") == "DeadlineExceeded":
                return "It took longer than a week, which is the deadline of its Job."
            return str(each.get("message") or each.get("reason") or "Its Job failed.")
    return ""


def _pod_state(pod: Mapping[str, Any]) -> PodState:
    status = pod.get("status", {})
    containers = {
        each["name"]: each.get("state", {}) for each in status.get("containerStatuses") or ()
    }
    own = containers.get(NOTEBOOK, {})
    ended = own.get("terminated")
    code = None if ended is None else int(ended.get("exitCode", 1))
    reason = _end_reason(ended or {}, status)
    if code is None and status.get("phase") == "Failed":  # evicted before it started, say
        code = 1
    return PodState(
        pod["metadata"]["name"],
        _row(pod),
        waiting=_waiting(containers.values(), status),
        stuck=_stuck(containers.values()),
        status=code,
        reason=reason,
        is_readable="running" in containers.get(RESULTS, {}),
        is_started="running" in own or ended is not None,
    )


def _end_reason(ended: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    if ended.get("reason") == "OOMKilled":
        return OUT_OF_MEMORY
    if status.get("reason"):
        return f"{status['reason']}: {status.get('message', '')}".rstrip(": ")
    return ""


def _stuck(containers: Any) -> str:
    for state in containers:
        waiting = state.get("waiting", {})
        if waiting.get("reason") in _NEVER:
            return f"{waiting['reason']}: {waiting.get('message', '')}".rstrip(": ")
    return ""


def _waiting(containers: Any, status: Mapping[str, Any]) -> str:
    for each in status.get("conditions") or ():
        if each["type"] == "PodScheduled" and each["status"] == "False":
            return str(each.get("message") or each.get("reason") or "")
    reasons = (state.get("waiting", {}).get("reason") for state in containers)
    return next((reason for reason in reasons if reason), "")
