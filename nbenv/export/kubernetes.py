"""A folder for Kubernetes: a Job that runs the notebook's image, and a volume for its results.

https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml

from nbenv.core.typed.declared_parameters import ParameterError, declared
from nbenv.core.typed.given_values import read_rows
from nbenv.core.typed.parameters import typed_rows
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import UsageError
from nbenv.export import Files, dockerfile
from nbenv.export.image_context import digest_of, image_folder, image_name, tag
from nbenv.notebook.cells import cells_of, read_notebook

__all__ = ["JobOptions", "indexed", "write"]

_USER = 1000
_DAY = 24 * 60 * 60
"""Seconds: a Job ends after a day at the latest, and is removed a week after it ended."""
_PARALLEL = 10
"""Pods of a sweep that run at once."""
_MOST_BYTES = 900_000
_MOST_APPLIED = 200_000
_RESOURCES = {
    "requests": {"cpu": "500m", "memory": "1Gi"},
    "limits": {"cpu": "2", "memory": "4Gi"},
}


@dataclass(frozen=True)
class JobOptions:
    """The options of a Job.

    `results` is ``claim``, ``log``, or an address that takes a PUT. `sweep` is the name of a file
    of rows and `rows` its text, "" for a single run. `queue` is one of Kueue's.
    """

    results: str = "claim"
    sweep: str = ""
    rows: str = ""
    queue: str = ""


@dataclass(frozen=True)
class _Names:
    """The names in the manifests: of the notebook, its image, its Job, its claim, its result."""

    notebook: str
    image: str
    job: str
    claim: str
    file: str


def write(snapshot: NotebookSnapshot, options: JobOptions = JobOptions()) -> Files:
    """Return ``job.yaml`` beside the image's build context, and the pod that fetches results.

    Raises
    ------
    UsageError
        The rows do not fit the notebook, or are too many for a ConfigMap.
    """
    rows = _rows(snapshot, options)
    context = image_folder(snapshot, dockerfile.write(snapshot))
    name, image = image_name(snapshot.ref.notebook), tag(snapshot, context)
    # A Job cannot be changed: that of another image, or of other rows, is another Job. The names
    # of an Indexed Job's pods, which have a number too, are of 63 characters at most.
    digest = image.partition(":")[2]
    if options.sweep:
        digest = digest_of({**context, options.sweep: options.rows.encode()})
    job = f"{name[:40].strip('-')}-{digest}"
    # Nor can a claim, and that of a sweep is another one.
    claim = f"{name}-sweep-results" if options.sweep else f"{name}-results"
    names = _Names(name, image, job, claim, Path(snapshot.ref.notebook).name)
    manifests = [_job(names, options, rows)]
    files = dict[str, bytes]()
    if options.sweep:
        manifests.insert(0, _config_map(names, options))
    if options.results == "claim":
        manifests.insert(0, _claim(names, shared=rows > 1))
        files["fetch.yaml"] = _text(_fetching(name), _fetching_pod(names))
    usage = _usage(names, options)
    return {"job.yaml": _text(usage, *manifests), **files, **context}


def _rows(snapshot: NotebookSnapshot, options: JobOptions) -> int:
    """Return the number of rows, each checked against the notebook's parameters."""
    if not options.sweep:
        return 0
    if len(options.rows.encode()) > _MOST_BYTES:
        raise UsageError(f"{options.sweep} is too large for a ConfigMap, which holds a megabyte.")
    try:
        rows = read_rows(options.rows, options.sweep)
        defaults = declared(cells_of(read_notebook(snapshot.ref.notebook)))
        typed_rows(defaults, rows)
    except ParameterError as error:
        raise UsageError(str(error)) from None
    return len(rows)


def _text(comment: str, *manifests: dict[str, object]) -> bytes:
    return (comment + yaml.safe_dump_all(manifests, sort_keys=False)).encode()


def _usage(names: _Names, options: JobOptions) -> str:
    # What is applied is copied into an annotation, which holds 256 kB.
    verb = "create" if len(options.rows.encode()) > _MOST_APPLIED else "apply"
    lines = [
        f"docker build -t {names.image} .",
        "(push it to a registry that the cluster can pull from, and write its name there below)",
        f"kubectl {verb} -f job.yaml",
        f"kubectl logs --follow job/{names.job}",
        *_where_results_are(names, options),
        f"To run it again: kubectl delete job {names.job}, then {verb} it again.",
        "OpenShift chooses the user: remove runAsUser and fsGroup there.",
    ]
    if options.sweep:
        lines.append("It needs Kubernetes 1.29 or later, for backoffLimitPerIndex.")
    return "".join(f"# {line}\n" for line in lines)


def _where_results_are(names: _Names, options: JobOptions) -> list[str]:
    if options.results == "log":
        log = "tail -n 1 > result.ipynb"
        if options.sweep:
            pods = f"kubectl get pods -l job-name={names.job} -o name"
            return [
                "The last line of each pod's log is an executed notebook:",
                f"for pod in $({pods}); do kubectl logs $pod | tail -n 1 > ${{pod#*/}}.ipynb; done",
            ]
        return [f"The last line of the log is the notebook: kubectl logs job/{names.job} | {log}"]
    if options.results != "claim":
        return [f"The executed notebook is put below {options.results}."]
    shared = ["A sweep on several nodes needs a volume that all can write (ReadWriteMany)."]
    return [
        f"The results are in the volume of the claim {names.claim}: see fetch.yaml.",
        "If kubectl get storageclass shows no default, the claim stays pending: give it a",
        "storageClassName.",
        *(shared if options.sweep else []),
    ]


def _fetching(name: str) -> str:
    pod = f"{name}-fetch"
    return (
        "# Fetch the results of the finished Job, whose own pod cannot be read any more:\n"
        f"# kubectl apply -f fetch.yaml && kubectl wait --for=condition=Ready pod/{pod}\n"
        f"# kubectl cp {pod}:/results results && kubectl delete -f fetch.yaml\n"
    )


def _claim(names: _Names, *, shared: bool) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": names.claim},
        "spec": {
            "accessModes": ["ReadWriteMany" if shared else "ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _config_map(names: _Names, options: JobOptions) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": names.job, "labels": _labels(names.notebook)},
        "data": {options.sweep: options.rows},
    }


def _labels(name: str) -> dict[str, object]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "nbenv"}


def _job(names: _Names, options: JobOptions, rows: int) -> dict[str, object]:
    queue = {"kueue.x-k8s.io/queue-name": options.queue} if options.queue else {}
    suspended = {"suspend": True} if options.queue else {}  # until Kueue admits it
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": names.job, "labels": {**_labels(names.notebook), **queue}},
        "spec": {
            **suspended,
            **(indexed(rows) if rows else {"backoffLimit": 0}),
            "activeDeadlineSeconds": _DAY,
            "ttlSecondsAfterFinished": 7 * _DAY,
            "template": {
                "metadata": {"labels": _labels(names.notebook)},
                "spec": _running_pod(names, options),
            },
        },
    }


def indexed(rows: int, parallel: int = _PARALLEL, again: int = 1) -> dict[str, object]:
    """Return the fields of a Job with a pod for each row, one of which may fail by itself.

    https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index

    Parameters
    ----------
    rows
        How many.
    parallel
        How many run at once, at most.
    again
        How often a row is run again that was killed; one that failed by itself would fail again.
    """
    failed = {"containerName": "notebook", "operator": "In", "values": [1, 2]}
    disrupted = [{"type": "DisruptionTarget", "status": "True"}]
    return {
        "completionMode": "Indexed",
        "completions": rows,
        "parallelism": min(rows, parallel),
        "backoffLimitPerIndex": again,
        "podFailurePolicy": {
            "rules": [
                {"action": "Ignore", "onPodConditions": disrupted},
                {"action": "FailIndex", "onExitCodes": failed},
            ]
        },
    }


def _running_pod(names: _Names, options: JobOptions) -> dict[str, object]:
    arguments = ["--sweep", f"/sweep/{options.sweep}"] if options.sweep else []
    if options.results == "log":
        arguments += ["-o", "-"]
    elif options.results != "claim":
        arguments += ["-o", f"{options.results.rstrip('/')}/{quote(names.file)}"]
    container = _container(names.image, options) | {"resources": _RESOURCES}
    if arguments:
        container["args"] = arguments
    return _pod(names, container, options)


def _fetching_pod(names: _Names) -> dict[str, object]:
    options = JobOptions()
    container = {**_container(names.image, options), "command": ["sleep", "3600"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{names.notebook}-fetch", "labels": _labels(names.notebook)},
        "spec": {**_pod(names, container, options), "activeDeadlineSeconds": 3600},
    }


def _pod(names: _Names, container: dict[str, object], options: JobOptions) -> dict[str, object]:
    volumes: list[dict[str, object]] = []
    if options.results == "claim":
        claim = {"claimName": names.claim}
        volumes.append({"name": "results", "persistentVolumeClaim": claim})
    if options.sweep:
        volumes.append({"name": "sweep", "configMap": {"name": names.job}})
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        **({"volumes": volumes} if volumes else {}),
    }


def _container(image: str, options: JobOptions) -> dict[str, object]:
    mounts: list[dict[str, object]] = []
    if options.results == "claim":
        mounts.append({"name": "results", "mountPath": "/results"})
    if options.sweep:
        mounts.append({"name": "sweep", "mountPath": "/sweep", "readOnly": True})
    return {
        "name": "notebook",
        "image": image,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        **({"volumeMounts": mounts} if mounts else {}),
    }
