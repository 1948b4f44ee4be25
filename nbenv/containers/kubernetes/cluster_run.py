"""One run in a cluster: its objects are created, watched, and removed whatever happens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from types import TracebackType

from nbenv.containers.kubernetes.job_manifests import NOTEBOOK, RESULTS, JobPlan
from nbenv.containers.kubernetes.kubectl import ClusterError, Kubectl, Manifest
from nbenv.containers.kubernetes.pod_state import PodState, RunState, run_state
from nbenv.engine.interrupts import undisturbed
from nbenv.errors import NbenvError
from nbenv.progress import Progress, Steps

__all__ = ["ClusterRun"]

POLL = 1.0
_PATIENCE = 120
"""Seconds that the cluster may be out of reach."""
_QUIET = 5
"""Seconds after which a Job without a pod is worth a question why."""
_TO_STOP = 8
"""Seconds that a notebook gets to end when the run is interrupted."""


class ClusterRun:
    """A context: at its end, what the run created in the cluster is removed.

    What could not be fetched stays there, and the error says how to fetch and remove it.
    """

    def __init__(self, kubectl: Kubectl, plan: JobPlan) -> None:
        self.kubectl, self.plan = kubectl, plan
        self.is_kept = False
        self._begun = time.monotonic()
        self._told = ""
        self._answered = time.monotonic()

    def __enter__(self) -> ClusterRun:
        """Return this run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Remove what was created."""
        if self.is_kept:
            return
        with undisturbed():
            try:
                self.remove("jobs,pods,configmaps", self.plan.selector)
            except ClusterError as failure:
                if error is None:
                    raise NbenvError(
                        "The run's objects could not be removed from the cluster.",
                        failure.why,
                        f"Remove them: {self._shown('delete', 'jobs,pods,configmaps')}",
                    ) from None

    def remove(self, *words: str) -> None:
        """Remove objects, without waiting until they are gone."""
        self.kubectl.ask("delete", *words, "--ignore-not-found", "--wait=false")

    def create(self, manifests: Sequence[Manifest]) -> None:
        """Create objects of the run; raise `ClusterError` where the cluster refuses them."""
        try:
            self.kubectl.create(manifests)
        except ClusterError as error:
            raise ClusterError("The cluster refused the run.", error.why) from None

    def state(self) -> RunState:
        """Return the run's state; the cluster may be out of reach for a while.

        Raises
        ------
        ClusterError
            It is so for too long: the run goes on there, and its objects are kept.
        """
        while True:
            try:
                found = self.kubectl.get("jobs,pods", self.plan.selector)
            except ClusterError as error:
                if time.monotonic() - self._answered > _PATIENCE:
                    raise self._lost(error.why) from None
                time.sleep(2 * POLL)
            else:
                self._answered = time.monotonic()
                return run_state(found)

    def told(self, state: RunState) -> Steps[None]:
        """Say what the pods wait for, once.

        Raises
        ------
        NbenvError
            One of them will never start, or somebody removed the Jobs.
        """
        if not state.jobs:
            raise NbenvError("The run's Job was removed from the cluster.", "Somebody deleted it.")
        for pod in state.pods.values():
            if pod.stuck and pod.status is None:
                raise self._stuck(pod)
        waiting = next((pod.waiting for pod in state.pods.values() if pod.waiting), "")
        if not state.pods and time.monotonic() - self._begun > _QUIET:
            waiting = self._refused()
        if waiting and waiting != self._told:
            self._told = waiting
            yield Progress("run", f"Waiting for the cluster: {waiting}")

    def fetch(self, pod: PodState, names: Sequence[str]) -> dict[str, bytes]:
        """Return the results of a pod; none where they cannot be read any more.

        Raises
        ------
        ClusterError
            They are there, and could not be fetched: they are kept.
        """
        if not pod.is_readable:
            return {}
        try:
            return self.kubectl.files(pod.name, RESULTS, "/results", names)
        except ClusterError as error:
            now = self.state().pods.get(pod.number)
            if now is None or now.name != pod.name or not now.is_readable:
                return {}  # it was evicted meanwhile, say
            self.is_kept = True
            copy = self._shown_words("cp", "-c", RESULTS, f"{pod.name}:/results", "results")
            remove = self._shown("delete", "jobs,pods,configmaps")
            todo = f"They are in the cluster still: {copy}\nRemove them afterwards: {remove}"
            raise ClusterError(error.what, error.why, todo) from None

    def release(self, pod: PodState) -> None:
        """Let a pod end whose results were fetched; it may be gone already."""
        words = ("exec", pod.name, "--container", RESULTS, "--", "touch", "/results/.fetched")
        with contextlib.suppress(ClusterError):
            self.kubectl.ask(*words)

    def stop(self, pod: PodState) -> PodState:
        """Interrupt a notebook, and give it a moment to save; return its pod as it is then."""
        end = time.monotonic() + _TO_STOP
        words = ("exec", pod.name, "--container", NOTEBOOK, "--", "sh", "-c", "kill -TERM 1")
        self.kubectl.ask(*words)
        while pod.status is None and time.monotonic() < end:
            pod = self.state().pods.get(pod.number, pod)
        return pod

    def _lost(self, why: str) -> ClusterError:
        self.is_kept = True
        return ClusterError(
            "The cluster is out of reach; the run goes on there.",
            why,
            f"See it: {self._shown('get', 'jobs,pods')}\n"
            f"Remove it: {self._shown('delete', 'jobs,pods,configmaps')}",
        )

    def _stuck(self, pod: PodState) -> NbenvError:
        image = self.plan.image
        todo = ""
        if "Image" in pod.stuck:
            todo = (
                "Push it to a registry that the cluster pulls from: nbenv build NOTEBOOK --tag "
                "REGISTRY/NAME:TAG --push\n"
                "Then name it: nbenv run NOTEBOOK --on kubernetes --image REGISTRY/NAME:TAG\n"
                f"(On this machine: kind load docker-image {image}, or minikube image load {image})"
            )
        return NbenvError(f"The cluster cannot start {image}.", f"{pod.stuck}.", todo)

    def _refused(self) -> str:
        """Return why a Job gets no pod, such as a quota."""
        try:
            events = self.kubectl.get("events", "--field-selector=reason=FailedCreate")
        except ClusterError:
            return ""
        own = [
            str(each.get("message", ""))
            for each in events
            if self.plan.name in str(each.get("involvedObject", {}).get("name", ""))
        ]
        return own[-1] if own else ""

    def _shown(self, verb: str, kinds: str) -> str:
        return self._shown_words(verb, kinds, self.plan.selector)

    def _shown_words(self, *words: str) -> str:
        namespace = [f"--namespace={self.kubectl.namespace}"] if self.kubectl.namespace else []
        return " ".join(["kubectl", *namespace, *words])
