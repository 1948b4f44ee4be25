"""The objects of a run in a cluster: its Jobs, and a ConfigMap of the notebook and its parameters.

Beside the notebook's container, a pod has one that waits until the results are fetched: a pod whose
containers have all ended cannot be read any more, and a log holds neither large notebooks nor what
there was before the memory ran out.

https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbenv.core.typed.parameters import carried
from nbenv.errors import UsageError
from nbenv.export.image_context import image_name
from nbenv.export.kubernetes import indexed
from nbenv.home import variables
from nbenv.notebook.cells import cells_of, read_notebook

__all__ = ["NOTEBOOK", "RESULTS", "ROW", "RUN", "JobPlan", "without_outputs"]

RUN, ROW = "nbenv.run", "nbenv.row"
"""The labels of what belongs to one run, and of the pod of a row."""
NOTEBOOK, RESULTS = "notebook", "results"
"""The containers of a pod."""
_MOST_BYTES = 900_000
_WEEK = 7 * 24 * 60 * 60
_HOUR = 60 * 60
_INPUT = "/opt/nbenv/run"
_WAITING = "trap 'exit 0' TERM; until [ -e /results/.fetched ]; do sleep 1 & wait $!; done"


@dataclass(frozen=True)
class JobPlan:
    """A run in a cluster: an image, a notebook's file, its parameters or rows, and limits.

    `environment` is the digest of what the notebook locks; an image of another one runs nothing.
    `claims` are volumes to mount beside the notebook.
    """

    image: str
    notebook: str
    environment: str
    values: Mapping[str, object] = field(default_factory=dict)
    rows: Sequence[Mapping[str, object]] = ()
    memory: str | None = None
    claims: Sequence[str] = ()
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:10])

    @property
    def selector(self) -> str:
        """The selector of everything that belongs to this run."""
        return f"--selector={RUN}={self.name}"

    def config_map(self) -> dict[str, object]:
        """Return the ConfigMap.

        Raises
        ------
        UsageError
            The notebook and its rows are too large for one.
        """
        data = {"notebook.ipynb": without_outputs(self.notebook)}
        if self.values:
            data["values.json"] = json.dumps(carried(self.values))
        if self.rows:
            data["rows.jsonl"] = "".join(f"{json.dumps(carried(row))}\n" for row in self.rows)
        if sum(map(len, data.values())) > _MOST_BYTES:
            raise UsageError(
                f"{self.notebook} and its parameters are too large for a ConfigMap, which holds a "
                "megabyte.",
                todo="Put the notebook into an image: nbenv export NOTEBOOK --format kubernetes "
                "-o FOLDER",
            )
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self._meta(), "data": data}

    def job(self, number: int = 0) -> dict[str, object]:
        """Return the Job of the notebook, or that of the row of a number."""
        words = ["-f", f"{_INPUT}/values.json"] if self.values else []
        if number:
            words = ["--sweep", f"{_INPUT}/rows.jsonl", "--row", str(number)]
        return self._job({"backoffLimit": 0}, words, number)

    def indexed_job(self, parallel: int) -> dict[str, object]:
        """Return the one Job of all rows."""
        words = ["--sweep", f"{_INPUT}/rows.jsonl"]
        return self._job(indexed(len(self.rows), parallel, again=0), words)

    def _job(
        self, how: Mapping[str, object], words: Sequence[str], number: int = 0
    ) -> dict[str, object]:
        labels = self._labels(number)
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": self._meta(number),
            "spec": {
                **how,
                "activeDeadlineSeconds": _WEEK,
                "ttlSecondsAfterFinished": _HOUR,
                "template": {"metadata": {"labels": labels}, "spec": self._pod(words)},
            },
        }

    def _labels(self, number: int = 0) -> dict[str, str]:
        row = {ROW: str(number)} if number else {}
        return {"app.kubernetes.io/managed-by": "nbenv", RUN: self.name, **row}

    def _meta(self, number: int = 0) -> dict[str, object]:
        stem = image_name(self.notebook)[:35].strip("-")
        suffix = f"-{number}" if number else ""
        return {"name": f"{stem}-{self.name}{suffix}", "labels": self._labels(number)}

    def _pod(self, words: Sequence[str]) -> dict[str, object]:
        volumes: list[dict[str, Any]] = [
            {"name": RESULTS, "emptyDir": {}},
            {"name": "input", "configMap": {"name": self._meta()["name"]}},
        ]
        for number, claim in enumerate(self.claims):
            source = {"claimName": claim, "readOnly": True}
            volumes.append({"name": f"claim-{number}", "persistentVolumeClaim": source})
        return {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            # No user is named: the image has one, and OpenShift chooses another.
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [self._waiting(), self._running(words)],
            "volumes": volumes,
        }

    def _running(self, words: Sequence[str]) -> dict[str, object]:
        name = re.sub(r"[:\\]", "_", Path(self.notebook).name)
        path = f"/work/{name}"
        mounts: list[dict[str, Any]] = [
            {"name": RESULTS, "mountPath": "/results"},
            {"name": "input", "mountPath": _INPUT, "readOnly": True},
            {"name": "input", "mountPath": path, "subPath": "notebook.ipynb", "readOnly": True},
        ]
        for number, claim in enumerate(self.claims):
            place = {"mountPath": f"/work/{claim}", "readOnly": True}
            mounts.append({"name": f"claim-{number}", **place})
        memory = self.memory
        return {
            **self._container(NOTEBOOK, mounts),
            "args": [path, "/results/notebook.ipynb", *words],
            "env": [{"name": variables.EXPECTED_LOCK, "value": self.environment}],
            "resources": {
                "requests": {"cpu": "500m", "memory": memory or "1Gi"},
                "limits": {"memory": memory or "4Gi"},
            },
        }

    def _waiting(self) -> dict[str, object]:
        return {
            **self._container(RESULTS, [{"name": RESULTS, "mountPath": "/results"}]),
            "command": ["sh", "-c", _WAITING],
            "resources": {
                "requests": {"cpu": "10m", "memory": "32Mi"},
                "limits": {"memory": "64Mi"},
            },
        }

    def _container(self, name: str, mounts: Sequence[object]) -> dict[str, object]:
        rights = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        return {
            "name": name,
            "image": self.image,
            "securityContext": rights,
            "volumeMounts": mounts,
        }


def without_outputs(path: str) -> str:
    """Return a notebook's text as small as it can be: each run makes its outputs anew."""
    document = read_notebook(path)
    cells = [
        {**cell, "outputs": [], "execution_count": None}
        if cell.get("cell_type") == "code"
        else cell
        for cell in cells_of(document)
    ]
    return json.dumps({**document, "cells": cells}, separators=(",", ":"))
