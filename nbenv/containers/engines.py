"""Docker and podman, by their command lines."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbenv.errors import NbenvError
from nbenv.home.processes.console import no_window
from nbenv.progress import Progress, Steps

__all__ = ["ENGINES", "Engine", "Finished", "find_engine"]

ENGINES = ("docker", "podman")
_SHOWN = 15
"""Lines of a failed build that are shown."""
_EMULATION = (
    "Build it on a machine of that kind, or install an emulation, such as that of Debian's package "
    "qemu-user-static, or: docker run --privileged --rm tonistiigi/binfmt --install {}"
)


@dataclass(frozen=True)
class Finished:
    """A container that ended: its exit status, its standard output, and its standard error."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Engine:
    """An engine, by the name of its program."""

    name: str

    def has_image(self, image: str) -> bool:
        """Return whether it has an image of that name."""
        command = [self.name, "image", "inspect", image]
        flags = no_window()
        done = subprocess.run(command, capture_output=True, check=False, creationflags=flags)
        return done.returncode == 0

    def flags_for_oneself(self) -> list[str]:
        """Return the flags of ``run`` by which what a container writes belongs to this user."""
        if os.name != "posix":
            return []
        user = f"--user={os.getuid()}:{os.getgid()}"
        if self.name == "podman":
            is_rootless = os.getuid() != 0
            return [user, "--group-add=0", *(["--userns=keep-id"] if is_rootless else [])]
        command = [self.name, "info", "--format", "{{.SecurityOptions}}"]
        told = subprocess.run(
            command, capture_output=True, text=True, check=False, creationflags=no_window()
        )
        if "name=rootless" in told.stdout:
            return ["--user=0:0"]  # root in there is this user
        return [user, "--group-add=0"]

    def build(
        self, folder: str, options: Sequence[str], platform: str | None = None
    ) -> Steps[None]:
        """Build the image of a folder's ``Dockerfile``, by default for this machine's platform.

        Raises
        ------
        NbenvError
            It could not be built; its last lines are the reason.
        """
        chosen = ["--platform", platform] if platform else []
        command = [self.name, "build", *chosen, *options, folder]
        try:
            yield from self._checked(command, "build", "The image could not be built.")
        except NbenvError as error:
            if platform and "exec format error" in error.why.lower():
                raise NbenvError(
                    f"The image for {platform} could not be built.",
                    f"This machine runs no programs for {platform}.",
                    _EMULATION.format(platform.partition("/")[2] or platform),
                ) from None
            raise

    def push(self, image: str) -> Steps[None]:
        """Push an image to the registry in its name; errors are those of `build`."""
        yield from self._checked(
            [self.name, "push", image], "push", f"{image} could not be pushed."
        )

    def _checked(self, command: Sequence[str], phase: str, what: str) -> Steps[None]:
        shown: list[str] = []
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", creationflags=no_window(),
        ) as process:  # fmt: skip
            try:
                for line in _lines(process):
                    shown.append(line)
                    yield Progress(phase, line)
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            raise NbenvError(what, "\n".join(f"  {line}" for line in shown[-_SHOWN:]))

    def run(
        self, options: Sequence[str], image: str, words: Sequence[str], name: str | None = None
    ) -> Steps[Finished]:
        """Run a container to its end; a run that is interrupted stops it, and waits for it.

        Parameters
        ----------
        options
            Options of ``run``.
        image
            The image's name.
        words
            The words after it.
        name
            The container's name; by default one that is made up.

        Returns
        -------
        Finished
            How it ended; its standard error is shown as progress meanwhile.
        """
        name = name or f"nbenv-{uuid.uuid4().hex[:12]}"
        command = [self.name, "run", "--rm", "--name", name, *options, image, *words]
        errors: list[str] = []
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.PIPE,
                text=True, errors="replace", start_new_session=True, creationflags=no_window(),
            ) as process:  # fmt: skip
                try:
                    for line in _lines(process):
                        errors.append(line)
                        yield Progress("run", line)
                except BaseException:
                    self.stop(name)
                    raise
            printed.seek(0)
            return Finished(process.returncode, printed.read(), "\n".join(errors))

    def stop(self, *names: str) -> None:
        """Have containers end, as far as they run."""
        command, flags = [self.name, "stop", *names], no_window()
        subprocess.run(
            command,
            capture_output=True,
            check=False,
            start_new_session=True,
            creationflags=flags,
        )


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    stream = process.stdout or process.stderr
    assert stream is not None
    yield from (line.rstrip() for line in stream if line.strip())


def find_engine(name: str | None = None) -> Engine:
    """Return the engine of that name; without one, the first that is installed.

    Raises
    ------
    NbenvError
        It is not installed here.
    """
    for each in [name] if name else ENGINES:
        if shutil.which(each):
            return Engine(each)
    raise NbenvError(
        f"{name or 'No container engine'} is {'not ' if name else ''}installed here.",
        todo="Install Docker or podman, or write an image's files instead: nbenv export NOTEBOOK "
        "--format dockerfile",
    )
