"""Indexed Jobs on a cluster that is too old for them, for whoever calls kubectl.

In place of an Indexed Job there is a Job without pods of its own, and it owns one for each index,
whose pod has what the controller of a newer cluster gives it: an annotation and a variable.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["write_kubectl"]

_NEW = ("completionMode", "completions", "backoffLimitPerIndex", "podFailurePolicy")
_INDEX = "batch.kubernetes.io/job-completion-index"


def write_kubectl(folder: Path, real: str) -> None:
    """Write a kubectl that takes Indexed Jobs, and gives all else to the real one."""
    folder.mkdir()
    program = folder / "kubectl"
    command = f"exec {sys.executable} {os.path.abspath(__file__)} {real}"
    program.write_text(f'#!/bin/sh\n{command} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


def main(real: str, words: list[str]) -> int:
    """Do what kubectl would do, given a newer cluster."""
    if words[:1] == ["version"]:
        print(json.dumps({"serverVersion": {"major": "1", "minor": "30+"}}))
        return 0
    if words[:1] != ["create"]:
        return subprocess.call([real, *words])
    for each in json.load(sys.stdin)["items"]:
        is_indexed = each["kind"] == "Job" and "completions" in each["spec"]
        (create_indexed if is_indexed else create)(real, each)
    return 0


def create(real: str, made: Any) -> Any:
    """Create one object; return it as the cluster has it."""
    given = json.dumps(made).encode()
    done = subprocess.run([real, "create", "-f-", "-ojson"], input=given, stdout=-1, check=True)
    return json.loads(done.stdout)


def create_indexed(real: str, job: Any) -> None:
    """Create the Job, without the fields that the cluster does not know, and one for each index."""
    assert (job["spec"]["completionMode"], job["spec"]["backoffLimitPerIndex"]) == ("Indexed", 0)
    count = job["spec"]["completions"]
    plain = {key: value for key, value in job["spec"].items() if key not in _NEW}
    owner = create(real, {**job, "spec": {**plain, "parallelism": 0, "backoffLimit": 0}})
    name, uid = job["metadata"]["name"], owner["metadata"]["uid"]
    owned = [{"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid}]
    for index in range(count):
        one = json.loads(json.dumps({**job, "spec": {**plain, "parallelism": 1}}))
        one["spec"]["backoffLimit"] = 0
        labels = {"row": str(index)}  # without any, it would get those of its pod
        one["metadata"] = {"name": f"{name}-{index}", "labels": labels, "ownerReferences": owned}
        template = one["spec"]["template"]
        template["metadata"]["annotations"] = {_INDEX: str(index)}
        for container in template["spec"]["containers"]:
            variable = {"name": "JOB_COMPLETION_INDEX", "value": str(index)}
            container["env"] = [*container.get("env", ()), variable]
        create(real, one)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
