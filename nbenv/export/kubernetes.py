"""A folder for Kubernetes: a Job that runs the notebook's image, and a volume for its results.

https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files, dockerfile
from nbenv.export.image_context import image_folder, tag

__all__ = ["write"]

_USER = 1000


def write(snapshot: NotebookSnapshot) -> Files:
    """Return ``job.yaml`` beside the image's build context."""
    name, image = dockerfile.image_name(snapshot.ref.notebook), tag(snapshot)
    manifests = [_claim(name), _job(name, image)]
    text = _usage(name, image) + yaml.safe_dump_all(manifests, sort_keys=False)
    return {"job.yaml": text.encode(), **image_folder(snapshot, dockerfile.write(snapshot))}


def _usage(name: str, image: str) -> str:
    return (
        f"# docker build -t {image} .\n"
        "# (push it to a registry that the cluster can pull from)\n"
        "# kubectl apply -f job.yaml\n"
        f"# kubectl logs --follow job/{name}\n"
        f"# The executed notebook is saved in the volume of the claim {name}-results.\n"
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
