"""Run a notebook for each row of a table in a cluster.

A cluster that knows a limit of failures for each row gets one Indexed Job, which starts the rows'
pods itself. An older one gets a Job for each row, a few at a time.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nbenv.containers.kubernetes.cluster_run import POLL, ClusterRun
from nbenv.containers.kubernetes.job_manifests import ROW
from nbenv.containers.kubernetes.kubectl import ClusterError, find_kubectl
from nbenv.containers.kubernetes.pod_state import PodState, RunState
from nbenv.containers.kubernetes.run_in_cluster import plan_run
from nbenv.containers.run_options import RunOptions, check_output
from nbenv.engine.document import NotebookRef
from nbenv.operations.running.sweep_results import (
    Row,
    SweepResults,
    check_folder,
    fingerprint,
)
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["sweep_in_cluster"]

_INDEXED_SINCE = (1, 29)
"""The version of Kubernetes from which on one row of an Indexed Job may fail by itself."""
_PARALLEL = 10
_FETCHING = 4
"""Results that are fetched at once."""


def sweep_in_cluster(
    source: str,
    options: RunOptions,
    values: Sequence[dict[str, object]],
    jobs: int | None,
    agreed: str | None = None,
) -> Steps[Outcome]:
    """Run a notebook with the parameters of each row, and fetch the results.

    A row that fails does not end the others, and one that is done already is not run again.

    Parameters
    ----------
    source
        The notebook's path.
    options
        The cluster, the folder of the results, and what each pod is asked for.
    values
        The parameters of each row, in the types of their defaults.
    jobs
        How many rows run at once, at most.
    agreed
        As in `nbenv.operations.restore.restore`.

    Raises
    ------
    UsageError
        No folder is named, or something is asked for that a cluster cannot give.
    NbenvError
        The image could not be built, or the cluster refused the run; rows that are done are kept.
    """
    folder = check_folder(options.output)
    check_output(source, None)
    results = SweepResults(folder, source, fingerprint(NotebookRef(source)), values)
    todo = yield from results.begin()
    if todo:
        kubectl = find_kubectl(options.namespace)
        is_indexed = kubectl.version() >= _INDEXED_SINCE  # before an image is built for it
        rows = [row["parameters"] for row in todo]
        plan = yield from plan_run(source, options, agreed, rows=rows)
        yield Progress("run", f"Running in {kubectl.where()}, with {plan.image}…")
        with results.going_on_later(), ClusterRun(kubectl, plan) as run:
            yield from _Sweep(run, results, todo, jobs or _PARALLEL, is_indexed).all_rows()
    return results.outcome()


class _Sweep:
    """The rows that are to be run; `_open` are those that did not end yet, by their numbers."""

    def __init__(
        self,
        run: ClusterRun,
        results: SweepResults,
        todo: Sequence[Row],
        parallel: int,
        is_indexed: bool,
    ) -> None:
        self._run, self._results, self._parallel = run, results, parallel
        self._open = dict(enumerate(todo, 1))
        self._total = len(todo)
        self._waiting = list(self._open)
        self._is_indexed = is_indexed

    def all_rows(self) -> Steps[None]:
        """Run them all, and note how each went."""
        plan = self._run.plan
        first = [plan.indexed_job(self._parallel)] if self._is_indexed else self._next(0)
        self._run.create([plan.config_map(), *first])
        with ThreadPoolExecutor(_FETCHING) as pool:
            while self._open:
                state = self._run.state()
                ended = [number for number in self._open if self._has_ended(number, state)]
                found = pool.map(lambda number, known=state: self._collect(number, known), ended)
                for number, (how, notebook) in zip(ended, found, strict=True):
                    yield self._note(number, how, notebook)
                if more := self._next(len(state.jobs) - len(ended)):
                    self._run.create(more)
                elif self._open:
                    yield from self._run.told(state)
                    time.sleep(POLL)

    def _next(self, running: int) -> list[dict[str, object]]:
        """Return the Jobs of rows that may start beside so many."""
        if self._is_indexed:
            return []
        free = max(0, self._parallel - running)
        numbers, self._waiting = self._waiting[:free], self._waiting[free:]
        return [self._run.plan.job(number) for number in numbers]

    def _has_ended(self, number: int, state: RunState) -> bool:
        pod = state.pods.get(number)
        return (pod is not None and pod.status is not None) or bool(state.failure(number))

    def _collect(self, number: int, state: RunState) -> tuple[dict[str, Any], bytes]:
        """Return how a row went, and its notebook."""
        pod = state.pods.get(number)
        names = [f"row-{number:04}.ipynb", f"row-{number:04}.json"]
        files = self._run.fetch(pod, names) if pod is not None else {}
        if not self._is_indexed:
            with contextlib.suppress(ClusterError):  # the end removes whatever is left
                self._run.remove("job", f"{self._run.plan.selector},{ROW}={number}")
        elif pod is not None and pod.is_readable:
            self._run.release(pod)
        how = _how(files.get(names[1]), pod, state.failure(number))
        return how, files.get(names[0], b"")

    def _note(self, number: int, how: Mapping[str, object], notebook: bytes) -> Progress:
        line = self._results.keep(self._open.pop(number)["row"], how, notebook)
        return Progress("run", f"{self._total - len(self._open)} of {self._total}: {line}")


def _how(told: bytes | None, pod: PodState | None, failure: str) -> dict[str, Any]:
    """Return how a row went: as the runner says, or as the cluster does, where that was killed."""
    if told is not None:
        known = json.loads(told)
        return {key: known[key] for key in ("status", "error", "seconds")}
    reason = (pod.reason if pod else "") or failure
    if not reason and pod is not None:
        reason = f"Its container ended with status {pod.status}."
    return {"status": "failed", "error": reason, "seconds": 0.0}
