"""A real JupyterHub behind its real proxy, with users that each have a home and a server.

The hub and its culler are installed from this machine's index into an environment of their own, and
the proxy with npm. That environment has the packages of the one that the tests run in, so that the
single-user servers run this checkout.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.server import Channel

CULL = 20
"""Seconds after which the culler ends a server."""
_TOKEN = "driver-token-0123456789abcdef"
_PACKAGES = ("jupyterhub", "jupyterhub-idle-culler")
_PROXY = "configurable-http-proxy@4"
_PREFIX = "/with/prefix/"
_STARTING = 90.0
_CONFIG = """
import sys
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}{prefix}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.DummyAuthenticator.password = "word"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {users!r} + "/{{username}}"
c.Spawner.ip = "127.0.0.1"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = {starting}
c.Spawner.environment = {environ!r}
c.Spawner.args = ["--allow-root", "--LanguageServerManager.autodetect=False"]
c.JupyterHub.allow_named_servers = True
c.JupyterHub.last_activity_interval = 2
c.JupyterHub.services = [
    {{"name": "driver", "api_token": {token!r}}},
    {{
        "name": "cull",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout={cull}",
                    "--cull-every=2"],
    }},
]
c.JupyterHub.load_roles = [
    {{
        "name": "driver",
        "services": ["driver"],
        "scopes": ["admin:users", "admin:servers", "access:servers", "tokens", "list:users"],
    }},
    {{
        "name": "cull",
        "services": ["cull"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }},
]
"""


class MissingError(Exception):
    """Something is not on this machine, or cannot be installed."""


@dataclass(frozen=True)
class Hub:
    """A hub that runs, and the folder that it runs in."""

    folder: Path
    url: str

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        """Ask the hub's API as its administrator."""
        url, headers = f"{self.url}hub/api/{path}", {"Authorization": f"token {_TOKEN}"}
        return requests.request(method, url, headers=headers, json=body, timeout=60)

    def is_running(self, user: str, server: str = "") -> bool:
        """Return whether a server of a user is there."""
        servers = self.ask("GET", f"users/{user}").json().get("servers", {})
        return bool(servers.get(server, {}).get("ready"))

    def stop(self, user: str, server: str = "") -> None:
        """Stop a server, and wait until it is gone."""
        self.ask("DELETE", f"users/{user}/servers/{server}" if server else f"users/{user}/server")
        wait_until(lambda: not self.is_running(user, server))

    def home(self, user: str) -> Path:
        """Return a user's home."""
        return self.folder / "all users" / user


@dataclass
class User:
    """A user with a running server: by a token, or with cookies as a browser."""

    hub: Hub
    name: str
    server: str = ""
    token: str = ""
    _session: requests.Session = field(default_factory=requests.Session, repr=False)
    _headers: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.hub.ask("POST", f"users/{self.name}")
        self.start()
        self.token = self.token or self.new_token()
        self._headers = {"Authorization": f"token {self.token}"}

    @property
    def url(self) -> str:
        """The address of the server."""
        below = f"{self.server}/" if self.server else ""
        return f"{self.hub.url}user/{self.name}/{below}"

    def start(self) -> None:
        """Start the server, unless it runs."""
        path = f"users/{self.name}/" + (f"servers/{self.server}" if self.server else "server")

        def is_started() -> bool:
            if self.hub.is_running(self.name, self.server):
                return True
            self.hub.ask("POST", path, {})  # refused while the former one is still being stopped
            return False

        wait_until(is_started, _STARTING)

    def new_token(self, seconds: int | None = None) -> str:
        """Return a token, of which the hub forgets after that time."""
        body = {} if seconds is None else {"expires_in": seconds}
        return str(self.hub.ask("POST", f"users/{self.name}/tokens", body).json()["token"])

    def log_in(self) -> None:
        """Go on with the cookies of a browser, instead of the token."""
        page = self._session.get(f"{self.hub.url}hub/login", timeout=60)
        found = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert found is not None
        form = {"username": self.name, "password": "word", "_xsrf": found[1]}
        query = {"next": f"{_PREFIX}hub/home"}  # the usual one starts the user's default server
        self._session.post(f"{self.hub.url}hub/login", data=form, params=query, timeout=60)
        assert self._session.get(f"{self.url}lab", timeout=60).status_code == 200
        path = self.url.removeprefix(self.hub.url.removesuffix(_PREFIX)).rstrip("/")
        tokens = {
            each.path.rstrip("/"): each.value
            for each in self._session.cookies
            if each.name == "_xsrf"
        }
        self._headers = {"X-XSRFToken": str(tokens[path])}

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Ask the server's API."""
        own = self._headers if headers is None else headers
        return self._session.request(method, self.url + path, headers=own, json=body, timeout=90)

    def save(self, path: str, notebook: object) -> None:
        """Save a notebook as a page does."""
        body = {"type": "notebook", "format": "json", "content": notebook}
        assert self.ask("PUT", f"api/contents/{path}", body).status_code in (200, 201)

    def load(self, path: str) -> Any:
        """Load a notebook."""
        return self.ask("GET", f"api/contents/{path}?type=notebook").json()["content"]

    def session(self, path: str) -> str:
        """Start a session; return the identifier of its kernel."""
        kernel = {"name": "nbenv"}
        body = {"path": path, "name": path, "type": "notebook", "kernel": kernel}
        answer = self.ask("POST", "api/sessions", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["kernel"]["id"])

    def channel(self, kernel: str) -> Channel:
        """Connect to a kernel."""
        url = self.url.replace("http", "ws", 1)
        return Channel(f"{url}api/kernels/{kernel}/channels", self.token)

    def job(self, path: str, verb: str, *words: str, **more: object) -> str:
        """Start a job; return its identifier."""
        body = {"path": path, "verb": verb, "words": list(words), **more}
        answer = self.ask("POST", "nbenv/api/jobs", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def result(self, job: str) -> Any:
        """Return the last event of a job."""
        lines = self.ask("GET", f"nbenv/api/jobs/{job}/events").text.splitlines()
        return json.loads([line for line in lines if line.strip()][-1])


def wait_until(what: Any, seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.3)


@contextmanager
def hub(folder: Path, installed: Path | None = None) -> Iterator[Hub]:
    """Run a hub in a folder.

    Parameters
    ----------
    folder
        An existing folder, for its state and the homes of its users.
    installed
        The folder that it is installed in, unless it is there already; by default the same.

    Raises
    ------
    MissingError
        It cannot be installed here.
    """
    python, proxy = _install(installed or folder)
    ports = [_free_port() for _ in range(3)]
    environ = {
        "JUPYTER_PATH": os.path.join(sys.prefix, "share", "jupyter"),
        "JUPYTER_CONFIG_PATH": os.path.join(sys.prefix, "etc", "jupyter"),
        "JUPYTERHUB_ACTIVITY_INTERVAL": "2",
        "NBENV_BACKGROUND": "0",
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
    }
    config = folder / "jupyterhub_config.py"
    users = folder / "all users"  # as some homes are: with a space
    config.write_text(
        _CONFIG.format(
            ports=ports, prefix=_PREFIX, proxy=str(proxy), users=str(users), python=str(python),
            starting=int(_STARTING), environ=environ, token=_TOKEN, cull=CULL,
        ),
        encoding="utf-8",
    )  # fmt: skip
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "jupyterhub", "-f", config], cwd=folder, stdout=log, stderr=log
        )
    made = Hub(folder, f"http://127.0.0.1:{ports[0]}{_PREFIX}")
    try:
        wait_until(lambda: _answers(made), _STARTING)
        yield made
    finally:
        process.terminate()  # it ends its servers, services and the proxy
        process.wait(60)


def _answers(hub: Hub) -> bool:
    try:
        return hub.ask("GET", "users").ok
    except requests.ConnectionError:
        return False


def _install(folder: Path) -> tuple[Path, Path]:
    """Return the hub's Python and the proxy."""
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("npm is not on this machine, which installs the hub's proxy")
    python = folder / "venv" / "bin" / "python"
    proxy = folder / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
    if python.exists() and proxy.exists():
        return python, proxy
    _run(sys.executable, "-m", "venv", folder / "venv")
    _run(python, "-m", "pip", "install", "--quiet", *_PACKAGES)
    [packages] = (folder / "venv").glob("lib/python*/site-packages")
    # After its own: what both have is the hub's. An editable install comes with it, too.
    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (packages / "tests.pth").write_text(line, encoding="utf-8")
    _run(npm, "install", "--silent", "--prefix", folder / "proxy", _PROXY)
    return python, proxy


def _run(*command: object) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise MissingError(f"{command[0]} could not install it: {done.stderr.strip()[-300:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
