"""Views of every hostile notebook, in one process that notes what it runs, imports or contacts.

``python -m tests.support.looks FOLDER`` writes the notebooks below that folder, looks at each in
every way that needs no consent, and prints JSON: the number of looks and what was noted.
`tests/trust/test_looking.py` reads it; `tests/trust/traced.py` runs it under strace.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace

RUNS = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
        "os.system", "os.startfile", "pty.spawn", "webbrowser.open")  # fmt: skip
ASKS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
        "socket.getnameinfo", "socket.sendto", "socket.sendmsg", "urllib.Request")  # fmt: skip


def watch(noted: list[str], folder: str, looking: threading.Event) -> None:
    """Note audit events that start processes, contact hosts, or read a trap in a folder."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if not looking.is_set():
            return
        if event in RUNS or event in ASKS:
            noted.append(f"{event} {arguments!r}"[:300])
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path = os.fsdecode(arguments[0])
            is_trap = path.startswith(folder) and "evil" in path[len(folder) :]
            if is_trap and not _is_fingerprinting():
                noted.append(f"open {path}")

    sys.addaudithook(hook)


def _is_fingerprinting() -> bool:
    """Return whether a local project is read for the digest that a person may agree to."""
    frame: FrameType | None = sys._getframe()
    while frame and not frame.f_code.co_filename.endswith("local_projects.py"):
        frame = frame.f_back
    return frame is not None


def environment_with_traps(folder: Path) -> None:
    """Write an environment that holds all that a hostile distribution can contain."""
    site = folder / "lib" / "python3.11" / "site-packages"
    info = site / "six-1.17.0.dist-info"
    info.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to("/bin/false")
    (folder / "pyvenv.cfg").write_text("version = 3.11.7\n", encoding="utf-8")
    (site / "evil.pth").write_text("import evil", encoding="utf-8")
    (site / "evil.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    requires = "".join(
        f"Requires-Dist: {text}\n" for text in ("evil @ http://127.0.0.1:9/", "((", "a")
    )
    metadata = f"Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n{requires}"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    record = "evil.py,,\n../../../../evil/setup.py,,1\n/etc/passwd,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")
    direct = {"url": "http://127.0.0.1:9/", "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(direct), encoding="utf-8")


def looks(path: Path) -> Iterator[Callable[[], object]]:
    """Yield every look at a notebook: the command line's, the server's and a starting kernel's."""
    from nbenv.core import record
    from nbenv.engine.document import NotebookRef, NotebookSnapshot
    from nbenv.environments.readiness import ready_environment
    from nbenv.export import FORMATS, export
    from nbenv.notebook.metadata import read_metadata
    from nbenv.operations.listing import list_, outdated, packages, tree, why
    from nbenv.operations.restore import prepare
    from nbenv.operations.status import status
    from nbenv.operations.upgrade import upgrade
    from nbenv.progress import drain
    from nbenv.server import save_hooks

    target = NotebookRef(str(path))
    yield lambda: read_metadata(str(path))
    yield lambda: ready_environment(str(path))
    for verb in (status, list_, tree, packages):
        yield lambda verb=verb: verb(target)  # type: ignore[misc]
    yield lambda: why(target, "six")
    for name in FORMATS:
        yield lambda name=name: drain(export(NotebookSnapshot.read(target), name))  # type: ignore[misc]
    yield lambda: drain(prepare(NotebookRef(str(path), in_server=True)))
    yield lambda: drain(outdated(target))
    yield lambda: drain(upgrade(target))
    yield lambda: NotebookSnapshot.read(target).spec.lock.changes_to(
        NotebookSnapshot.read(target).spec.lock
    )
    model = {"type": "notebook", "content": json.loads(path.read_text(encoding="utf-8"))}
    manager = SimpleNamespace(root_dir=str(path.parent))
    yield lambda: save_hooks.merge(model, path.name, manager)
    yield lambda: save_hooks.note_saved(model, str(path), manager)
    yield lambda: record.fingerprint(model["content"]["metadata"]["nbenv"])  # type: ignore[index]


def notebooks(folder: Path) -> Iterator[Path]:
    """Yield each hostile notebook, once on a new machine and once with an environment."""
    from nbenv.environments import store
    from nbenv.environments.store import State
    from nbenv.home import paths
    from tests.support import hostile

    values = {**hostile.HARMLESS, **{case.name: case.value for case in hostile.RECORDS}}
    small = {name: v for name, v in values.items() if not name.endswith((": too many", ": huge"))}
    for number, value in enumerate(small.values()):
        path = hostile.write(folder / "notebooks" / f"{number}.ipynb", value)
        yield path
        if number < 30:
            environment_with_traps(Path(paths.environment_path(f"x-{number}")))
            store.save_state(State(str(path), f"x-{number}"))
            yield path


def main() -> None:
    """Look at all notebooks and print what was noted."""
    from nbenv.errors import NbenvError

    folder = Path(sys.argv[1]).resolve()
    os.environ["NBENV_HOME"] = str(folder / "home")
    noted: list[str] = []
    count = refused = 0
    first = next(iter(notebooks(folder)))
    with contextlib.suppress(NbenvError):
        for look in looks(first):  # so that late imports are done before the watch begins
            look()
    shutil.rmtree(folder / "home", ignore_errors=True)
    looking = threading.Event()
    watch(noted, str(folder), looking)
    cases = 0
    for path in notebooks(folder):
        cases += 1
        for look in looks(path):
            count += 1
            looking.set()
            try:
                look()
            except NbenvError:
                refused += 1
            finally:
                looking.clear()
    if "--misbehave" in sys.argv:
        import socket
        import subprocess

        looking.set()

        subprocess.run(["true"], check=False)
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", 9), 1)
    ran = [str(path) for path in folder.rglob("evil-ran")]
    result = {"notebooks": cases, "looks": count, "refused": refused, "noted": noted + ran}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
