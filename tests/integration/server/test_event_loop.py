"""Nothing of the API reads files or waits for processes on the server's event loop.

Seen in the interpreter's own audit events, not in times, which say something of the machine.
"""

from __future__ import annotations

from pathlib import Path

from tests.conftest import write_notebook
from tests.integration.server.test_api import ROUTES
from tests.support.api import ask, events, start, stop
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

AUDIT = """
import os, sys, threading

WATCHED = ("open", "os.listdir", "os.scandir", "subprocess.Popen", "os.posix_spawn", "time.sleep")
OURS = os.path.join("nbenv", "server", "")
HOOKS = ("save_hooks.py", "contents_events.py", "extension.py")  # may read a few small files

def audit(event, arguments):
    if event not in WATCHED or threading.current_thread() is not threading.main_thread():
        return
    frame, ours = sys._getframe(1), []
    while frame:
        path = frame.f_code.co_filename
        if "importlib" in path:
            return
        if OURS in path:
            ours.append((path, f"{frame.f_code.co_name}:{frame.f_lineno}"))
        frame = frame.f_back
    if ours and not ours[-1][0].endswith(HOOKS):
        os.write(FOUND, f"{event} {arguments[:1]}: {ours}".encode() + bytes([10]))

sys.addaudithook(audit)
"""


def test_no_address_blocks(tmp_path: Path, home: Path, index: LocalIndex) -> None:
    index.wheel("alpha", "1.0")
    found = tmp_path / "found.txt"
    config = tmp_path / "config"
    config.mkdir()
    opened = f"import os; FOUND = os.open({str(found)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)"
    (config / "jupyter_server_config.py").write_text(f"{opened}\n{AUDIT}", encoding="utf-8")
    root = tmp_path / "root"
    write_notebook(root / "a.ipynb", "1")
    with JupyterServer(root, {"JUPYTER_CONFIG_DIR": str(config)}) as server:
        kernel = server.session("a.ipynb", "python3")["kernel"]["id"]
        done = start(server, "a.ipynb", "install", "alpha")
        assert events(server, done["id"])[-1]["type"] == "result"
        index.stall = 60
        stopped = start(server, "a.ipynb", "install", "beta")
        ask(server, f"status?path=a.ipynb&kernel={kernel}")
        stop(server, stopped["id"])
        for method, path in ROUTES:
            body = {"path": "a.ipynb", "verb": "undo"} if method == "POST" else None
            server.request(method, f"nbenv/api/{path}", body)
        server.save("a.ipynb", server.load("a.ipynb"))
    assert found.read_text(encoding="utf-8") == ""
