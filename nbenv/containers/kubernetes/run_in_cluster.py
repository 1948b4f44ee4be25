"""Run a notebook as a Job of a Kubernetes cluster, and fetch its result."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence

from nbenv.containers.engines import find_engine
from nbenv.containers.environment_image import BuildOptions, ensure_image
from nbenv.containers.kubernetes.cluster_run import POLL, ClusterRun
from nbenv.containers.kubernetes.job_manifests import NOTEBOOK, JobPlan
from nbenv.containers.kubernetes.kubectl import find_kubectl
from nbenv.containers.kubernetes.pod_state import OUT_OF_MEMORY, PodState
from nbenv.containers.run_options import RunOptions, check_output, failure_of, reason_in
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, StoppedError, UsageError
from nbenv.export.image_steps import lock_digest
from nbenv.notebook.outputs import output_texts
from nbenv.notebook.result_file import write_result
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["plan_run", "run_in_cluster"]

_RESULT = "notebook.ipynb"
_CLAIM = "claim:"
_UNITS = {"b": "", "k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}
_LOG_LINES = 200
"""Lines of the log that are kept for the reason of a failure."""


def run_in_cluster(
    source: str, options: RunOptions, values: Mapping[str, object], agreed: str | None = None
) -> Steps[Outcome]:
    """Run a notebook as a Job, and fetch the result; whatever happens, the Job is removed.

    The parameters and errors are those of `nbenv.containers.run_in_image.run_in_image`.
    """
    check_output(source, options.output)
    kubectl = find_kubectl(options.namespace)
    kubectl.version()  # before an image is built for it
    plan = yield from plan_run(source, options, agreed, values=values)
    yield Progress("run", f"Running in {kubectl.where()}, with {plan.image}…")
    with ClusterRun(kubectl, plan) as run:
        run.create([plan.config_map(), plan.job()])
        pod = yield from _started(run)
        said: list[str] = []
        try:
            pod = yield from _ended(run, pod, said)
        except KeyboardInterrupt:
            raise _stopped(run, pod, options.output) from None
        content, wrote = _keep(run, pod, options.output)
    if pod.status or content is None:
        raise failure_of(source, _reason(pod, said), wrote)
    return Outcome(
        f"Ran {source} in {plan.image}. {wrote}".strip(),
        text="\n".join(output_texts(json.loads(content)["cells"])),
        data={"notebook": source, "image": plan.image, "out": options.output},
    )


def plan_run(
    source: str,
    options: RunOptions,
    agreed: str | None,
    *,
    values: Mapping[str, object] | None = None,
    rows: Sequence[Mapping[str, object]] = (),
) -> Steps[JobPlan]:
    """Return what is to be run, with an image that is built if need be.

    The errors are those of `nbenv.containers.environment_image.build`.
    """
    claims, memory = list(_claims(options)), _memory(options.memory)
    ref = NotebookRef(os.path.abspath(source))
    image = options.image
    if image is None:
        image, _ = yield from ensure_image(ref, find_engine(), BuildOptions(), agreed)
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    environment = lock_digest(snapshot.spec)
    return JobPlan(image, ref.notebook, environment, values or {}, rows, memory, claims)


def _claims(options: RunOptions) -> Iterator[str]:
    """Yield the volumes to mount; refuse what only an engine on this machine can give."""
    if options.network:
        raise UsageError("--network is for docker and podman: a cluster has network policies.")
    for place in options.mount:
        if not place.startswith(_CLAIM):
            raise UsageError(
                f"A cluster cannot see {place}, which is on this machine.",
                todo="Put the data into a volume, and mount its claim: --mount claim:NAME",
            )
        yield place.removeprefix(_CLAIM)


def _memory(size: str | None) -> str | None:
    """Return a size as a cluster writes it: Docker's 4g is 4Gi there."""
    if size is None:
        return None
    found = re.fullmatch(r"(\d+)([bkmgt])b?", size.lower())
    if found and not size.endswith(("M", "G", "T")):
        return found[1] + _UNITS[found[2]]
    if re.fullmatch(r"\d+(\.\d+)?([KMGT]i|[kMGT])?", size):
        return size
    raise UsageError(f"--memory is a size such as 4g, not {size!r}.")


def _started(run: ClusterRun) -> Steps[PodState]:
    """Return the pod as soon as the notebook runs in it, or has ended."""
    while True:
        state = run.state()
        pod = state.pods.get(0)
        if pod is not None and (pod.is_started or pod.status is not None):
            return pod
        if failure := state.failure(0):
            raise NbenvError("The cluster did not run the notebook.", failure)
        yield from run.told(state)
        time.sleep(POLL)


def _ended(run: ClusterRun, pod: PodState, said: list[str]) -> Steps[PodState]:
    """Show the log until the notebook has ended; return its pod then."""
    while True:
        for line in run.kubectl.log(pod.name, NOTEBOOK):
            said.append(line)
            del said[:-_LOG_LINES]
            yield Progress("run", line)
        state = run.state()
        pod = state.pods.get(0, pod)
        if pod.status is not None:
            return pod
        if failure := state.failure(0):
            raise NbenvError("The cluster ended the run.", failure)
        yield from run.told(state)
        time.sleep(POLL)


def _stopped(run: ClusterRun, pod: PodState, output: str | None) -> StoppedError:
    """Interrupt the notebook; return the error, which says where its outputs so far are."""
    wrote = ""
    with contextlib.suppress(NbenvError):
        _, wrote = _keep(run, run.stop(pod), output)
    return StoppedError("Stopped.", f"The outputs so far are kept. {wrote}" if wrote else "")


def _keep(run: ClusterRun, pod: PodState, output: str | None) -> tuple[bytes | None, str]:
    """Fetch the result, and write it to where it was asked for; return what to say about it."""
    content = run.fetch(pod, [_RESULT]).get(_RESULT)
    if content is None or not output:
        return content, ""
    write_result(output, content)
    return content, f"Wrote {output}."


def _reason(pod: PodState, said: list[str]) -> str:
    known = reason_in(said, pod.status or 1)
    is_known = pod.reason in known or (pod.reason == OUT_OF_MEMORY and "memory" in known)
    return known if is_known else f"{known} {pod.reason}"
