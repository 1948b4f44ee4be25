"""The program kubectl, with the cluster and the user of its own configuration."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbenv.errors import NbenvError
from nbenv.home.processes.console import no_window

__all__ = ["ClusterError", "Kubectl", "find_kubectl"]

_TIMEOUT = 60
"""Seconds that a command may take; what follows a log takes as long as the notebook."""
_TRIES = 4
"""A connection that carries a file can end early, which the end of its archive shows."""

Manifest = Mapping[str, object]


class ClusterError(NbenvError):
    """The cluster refused something, or did not answer."""


@dataclass(frozen=True)
class Kubectl:
    """The program, with a namespace, or that of its configuration for ""."""

    namespace: str = ""

    def ask(self, *words: str, given: bytes = b"") -> bytes:
        """Run a command; return what it printed.

        Raises
        ------
        ClusterError
            It failed; the reason is what it said.
        """
        # Ctrl-C reaches all processes of a terminal, and those that clean up must go on.
        try:
            done = subprocess.run(
                self._command(words), input=given, capture_output=True, timeout=_TIMEOUT,
                check=False, start_new_session=True, creationflags=no_window(),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ClusterError(_what(words), f"No answer within {_TIMEOUT} s.") from None
        if done.returncode:
            raise ClusterError(_what(words), _reason(done.stderr))
        return done.stdout

    def get(self, *words: str) -> list[dict[str, Any]]:
        """Return the objects that ``get`` finds."""
        found = json.loads(self.ask("get", *words, "-o", "json"))
        return list(found["items"])

    def create(self, manifests: Sequence[Manifest]) -> None:
        """Create objects.

        Unlike ``apply``, it copies nothing into annotations, which hold less than a ConfigMap.
        """
        given = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}).encode()
        self.ask("create", "-f", "-", given=given)

    def version(self) -> tuple[int, int]:
        """Return the cluster's version.

        Raises
        ------
        ClusterError
            There is no cluster, or it does not answer.
        """
        try:
            known = json.loads(self.ask("version", "-o", "json"))["serverVersion"]
            major, minor = (re.sub(r"\D.*", "", known[key]) for key in ("major", "minor"))
            return int(major), int(minor)
        except ClusterError as error:
            why = error.why
        except (ValueError, LookupError):
            why = "It tells no version."
        raise ClusterError(
            "kubectl reaches no cluster.",
            why,
            "See which one it is configured for: kubectl config get-contexts",
        )

    def where(self) -> str:
        """Return the names of the context and the namespace, for people."""
        words = ("config", "view", "--minify", "-o", "json")
        try:
            known = json.loads(self.ask(*words))
            context = known.get("current-context", "")
            [chosen] = known.get("contexts") or [{}]
            own = chosen.get("context", {}).get("namespace")
        except (ClusterError, ValueError):  # within a cluster there may be no configuration
            context, own = "", None
        name = self.namespace or own or "default"
        return f"{context or 'the cluster'}, namespace {name}"

    def log(self, pod: str, container: str) -> Iterator[str]:
        """Yield the lines of a container's log, until it or the connection ends."""
        command = self._command(("logs", "--follow", pod, "--container", container))
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", errors="replace", start_new_session=True,
            creationflags=no_window(),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            try:
                yield from (line.rstrip() for line in process.stdout if line.strip())
            finally:
                process.terminate()

    def files(
        self, pod: str, container: str, folder: str, names: Sequence[str]
    ) -> dict[str, bytes]:
        """Return the files that a folder of a running container has, of those names.

        Raises
        ------
        ClusterError
            They did not arrive whole.
        """
        command = f"cd {folder} && ls {' '.join(names)} 2>/dev/null | tar cf - -T -"
        words = ("exec", pod, "--container", container, "--", "sh", "-c", command)
        for attempt in range(_TRIES):
            try:
                with tarfile.open(fileobj=io.BytesIO(self.ask(*words))) as archive:
                    found = {each.name: archive.extractfile(each) for each in archive}
                    return {name: file.read() for name, file in found.items() if file}
            except tarfile.TarError as error:
                reason = str(error)
            except ClusterError as error:
                reason = error.why
            time.sleep(attempt)
        raise ClusterError(f"The results could not be fetched from the pod {pod}.", reason)

    def _command(self, words: Sequence[str]) -> list[str]:
        namespace = [f"--namespace={self.namespace}"] if self.namespace else []
        return ["kubectl", *namespace, *words]


def find_kubectl(namespace: str | None = None) -> Kubectl:
    """Return the program.

    Raises
    ------
    NbenvError
        It is not installed here.
    """
    if shutil.which("kubectl") is None:
        raise NbenvError(
            "kubectl is not installed here.",
            todo="Install it, or write the Job's files instead: nbenv export NOTEBOOK --format "
            "kubernetes -o FOLDER",
        )
    return Kubectl(namespace or "")


def _what(words: Sequence[str]) -> str:
    return f"kubectl {words[0]} failed."


def _reason(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("WARNING", "Warning", "I", "E", "W"))]
    return (told or lines or ["It said nothing."])[-1]
