"""Run the rows of a sweep on a cluster of Dask or Ray, which places them and runs them again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbenv.core.typed.parameters import carried
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.home.scratch import scratch_folder
from nbenv.progress import Progress, Steps
from nbenv.workers.bundle import write_bundle
from nbenv.workers.sweeps.client_process import ClientProcess
from nbenv.workers.sweeps.client_python import client_python
from nbenv.workers.sweeps.cluster_address import ClusterAddress
from nbenv.workers.sweeps.payload import ROW_SOURCE, payload_of

__all__ = ["ClusterOptions", "cluster_runner"]

_PATIENCE = 600
"""Seconds that a node may take to make the environment."""
_RETRIES = 1

Keep = Callable[[int, Mapping[str, object], bytes], str]
Runner = Callable[[NotebookRef, Sequence[dict[str, Any]], Keep], Steps[None]]


@dataclass(frozen=True)
class ClusterOptions:
    """The options of a sweep on a cluster.

    Parameters
    ----------
    on
        The cluster's address, ``dask://HOST:PORT`` or ``ray://HOST:PORT``.
    mount
        Files and folders to put beside the notebook on each worker.
    retries
        How many times more a row that failed is run.
    wheels
        Whether to send the packages along, for workers that reach no index.
    """

    on: str
    mount: Sequence[str] = ()
    retries: int | None = None
    wheels: bool = False


def cluster_runner(options: ClusterOptions) -> Runner:
    """Return what runs rows on a cluster, for `nbenv.operations.running.sweep.sweep`.

    Raises
    ------
    UsageError
        The address is none.
    NbenvError
        Nothing answers at the address.
    """
    address = ClusterAddress.parse(options.on)
    address.check_reachable()

    def run_rows(ref: NotebookRef, rows: Sequence[dict[str, Any]], keep: Keep) -> Steps[None]:
        snapshot = NotebookSnapshot.read(ref)
        with scratch_folder() as scratch:
            bundle = yield from write_bundle(
                snapshot, Path(scratch, "bundle"), wheels=options.wheels, whole=True
            )
            locked = snapshot.spec.lock.versions()
            content, digest = payload_of(ref.notebook, bundle.folder, options.mount, [*locked])
            python = yield from client_python(address, snapshot)
            payload, job = Path(scratch, "payload.zip"), Path(scratch, "job.json")
            payload.write_bytes(content)
            known = {
                "address": address.of_client,
                "retries": _RETRIES if options.retries is None else options.retries,
                "patience": _PATIENCE,
                "payload": str(payload),
                "digest": digest,
                "source": str(ROW_SOURCE),
                "rows": [
                    {"row": row["row"], "values": json.dumps(carried(row["parameters"]))}
                    for row in rows
                ],
            }
            job.write_text(json.dumps(known), encoding="utf-8")
            yield Progress("connect", f"Making the environment on the workers of {address}…")
            with ClientProcess(python, address.name, ["run", str(job)]) as process:
                yield from _follow(process, len(rows), keep)

    return run_rows


def _follow(process: ClientProcess, count: int, keep: Keep) -> Steps[None]:
    """Keep each row as it comes back."""
    ended = 0
    for event in process.events():
        if event["event"] == "node":
            how = f"made in {event['seconds']:.1f} s" if event["made"] else "is there"
            text = f"{event['host']} (Python {event['python']}): the environment {how}."
            yield Progress("connect", text, lasting=bool(event["made"]))
        elif event["event"] == "note":
            yield Progress("connect", str(event["text"]), lasting=True)
        elif event["event"] == "row":
            ended += 1
            went = {name: event[name] for name in ("status", "error", "seconds", "host")}
            line = keep(int(event["row"]), went, base64.b64decode(event["notebook"]))
            yield Progress("run", f"{ended} of {count}: {line}")
