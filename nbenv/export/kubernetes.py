"""A folder for Kubernetes: a Job that runs the notebook's image, and a volume for its results.

https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export.dockerfile import image_name
from nbenv.export.image_context import image_folder, tag
from nbenv.progress import Steps

__all__ = ["write_folder"]

_USER = 1000


def write_folder(document: NotebookSnapshot) -> Steps[dict[str, bytes]]:
    """Return ``job.yaml`` beside what the image is built of."""
    name, image = image_name(document.ref.notebook), tag(document)
    files = yield from image_folder(document, False)
    manifests = [_claim(name), _job(name, image)]
    text = _about(name, image) + yaml.safe_dump_all(manifests, sort_keys=False)
    return {"job.yaml": text.encode(), **files}


def _about(name: str, image: str) -> str:
    return (
        f"# docker build -t {image} .      (and push it to where the cluster pulls from)\n"
        "# kubectl apply -f job.yaml\n"
        f"# kubectl logs --follow job/{name}\n"
        f"# The notebook with its outputs is in the volume of the claim {name}-results.\n"
    )


def _claim(name: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{name}-results"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _job(name: str, image: str) -> dict[str, object]:
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(image)],
        "volumes": [{"name": "results", "persistentVolumeClaim": {"claimName": f"{name}-results"}}],
    }
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "nbenv"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "template": {"metadata": {"labels": dict(labels)}, "spec": pod},
        },
    }


def _container(image: str) -> dict[str, object]:
    return {
        "name": "notebook",
        "image": image,
        "resources": {
            "requests": {"cpu": "500m", "memory": "1Gi"},
            "limits": {"cpu": "2", "memory": "4Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "results", "mountPath": "/results"}],
    }
