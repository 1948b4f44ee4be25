"""The test support itself, proved with the real uv and the real pip."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_sdist, make_wheel

Result = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Installer:
    """uv or pip, cut off from this machine's configuration."""

    name: str
    index: LocalIndex
    home: Path

    @property
    def target(self) -> Path:
        """Where install() puts packages."""
        return self.home / "target"

    def run(self, command: list[str]) -> Result:
        """Run a command with a clean environment."""
        unwanted = ("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "NETRC")
        env = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
        env |= {
            "HOME": str(self.home),
            "UV_CACHE_DIR": str(self.home / "uv-cache"),
            "UV_HTTP_RETRIES": "0",
            "UV_PYTHON_DOWNLOADS": "never",
            "PIP_CONFIG_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        return subprocess.run(
            command, env=env, capture_output=True, text=True, check=False, timeout=60
        )

    def install(self, *what: str, url: str | None = None) -> Result:
        """Install into `target`."""
        return self.run(
            [*self._command(url or self.index.url), "--target", f"{self.target}", *what]
        )

    def _command(self, url: str) -> list[str]:
        """The beginning of an install command."""
        if self.name == "uv":
            uv = [find_uv_bin(), "pip", "install", "--no-config", "--python", sys.executable]
            return [*uv, "--index-url", url]
        pip = [sys.executable, "-m", "pip", "install", "--isolated", "--no-cache-dir"]
        pip += ["--retries", "0", "--no-input", "--no-compile", "--disable-pip-version-check"]
        return [*pip, "--index-url", url]

    def installed(self) -> set[str]:
        """The stems (name-version) of what is in `target`."""
        return {path.stem for path in self.target.glob("*.dist-info")}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    """An empty index."""
    with LocalIndex(tmp_path / "index") as opened:
        yield opened


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, index: LocalIndex, tmp_path: Path) -> Installer:
    """Each of the two tools."""
    return Installer(request.param, index, tmp_path)


def output(result: Result) -> str:
    """Everything a command said."""
    return result.stdout + result.stderr


def get(url: str, accept: str = "*/*") -> tuple[str, str]:
    """The type and the text of a page."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
        return reply.headers["Content-Type"], reply.read().decode()


def test_choice_of_versions(installer: Installer, index: LocalIndex) -> None:
    """Dependencies and extras are followed; yanked, pre- and unfit releases are passed over."""
    index.wheel(
        "My.App", "1.0", requires=["dep>=1"], extras={"More": ["bonus; python_version>'3'"]}
    )
    index.wheel("dep", "1.0")
    index.wheel("dep", "1.1", requires_python=">=99")
    index.wheel("dep", "1.2", yanked="broken & <bad>")
    index.wheel("dep", "2.0rc1")
    index.wheel("bonus", "3", modules={"bonus/__init__.py": "", "bonus/part.py": "PART = 1\n"})
    result = installer.install("my-app[more]")
    assert result.returncode == 0, output(result)
    assert installer.installed() == {"my_app-1.0", "dep-1.0", "bonus-3"}
    assert (installer.target / "my_app.py").read_text() == '__version__ = "1.0"\n'
    assert (installer.target / "bonus/part.py").exists()
    assert ("GET", "/simple/my-app/") in index.requests
    assert any(path.endswith("my_app-1.0-py3-none-any.whl.metadata") for _, path in index.requests)


@pytest.mark.parametrize("html_only", [False, True])
def test_dry_run_reads_metadata_only(index: LocalIndex, tmp_path: Path, html_only: bool) -> None:
    """With uv the metadata is enough to resolve; extras not asked for stay out."""
    index.html_only = html_only
    index.wheel("app", "1.0", requires=["dep"], extras={"more": ["bonus"]})
    index.wheel("dep", "1.0")
    index.wheel("dep", "1.2", yanked="broken & <bad>")
    installer = Installer("uv", index, tmp_path)
    result = installer.install("app", "--dry-run")
    assert result.returncode == 0, output(result)
    assert "+ dep==1.0" in output(result)
    assert "bonus" not in output(result)
    assert index.downloads == []
    index.wheel("dep", "2.0")
    assert "+ dep==2.0" in output(installer.install("app", "--dry-run"))


def test_upload_time(index: LocalIndex, tmp_path: Path) -> None:
    """What was uploaded after a date can be left out."""
    index.wheel("app", "1.0", upload_time="2023-01-01T00:00:00Z")
    index.wheel("app", "2.0")
    result = Installer("uv", index, tmp_path).install(
        "app", "--dry-run", "--exclude-newer", "2023-06-01T00:00:00Z"
    )
    assert "+ app==1.0" in output(result)


def test_authentication(installer: Installer, index: LocalIndex) -> None:
    """Nothing is served without the credentials, all with them."""
    index.wheel("app", "1.0")
    index.auth = ("me@work", "p/w:d")
    refused = installer.install("app")
    assert refused.returncode != 0
    assert index.downloads == []
    result = installer.install("app", url=index.url_with_auth)
    assert result.returncode == 0, output(result)
    assert installer.installed() == {"app-1.0"}


def test_corrupt_files_are_refused(installer: Installer, index: LocalIndex) -> None:
    """Only the hash gives an altered file away."""
    wheel = index.wheel("app", "1.0")
    index.corrupt.add(wheel.name)
    refused = installer.install("app", *required_hash(installer, index.sha256(wheel.name)))
    assert refused.returncode != 0
    assert "hash" in output(refused).lower()
    assert installer.installed() == set()
    index.without_hashes = True
    result = installer.install("app")
    assert result.returncode == 0, output(result)
    assert (installer.target / "tampered.py").exists()


def required_hash(installer: Installer, digest: str) -> list[str]:
    """Arguments that require app 1.0 with this hash."""
    path = installer.home / "requirements.txt"
    path.write_text(f"app==1.0 --hash=sha256:{digest}\n")
    return ["--require-hashes", "-r", str(path)]


def test_good_sdist(installer: Installer, index: LocalIndex) -> None:
    """An sdist builds without any other distribution."""
    index.sdist("app", "1.0", requires=["dep"], static=False)
    index.wheel("dep", "1.0")
    result = installer.install("app")
    assert result.returncode == 0, output(result)
    assert installer.installed() == {"app-1.0", "dep-1.0"}
    assert (installer.target / "app.py").read_text() == '__version__ = "1.0"\n'


def test_failing_sdist(installer: Installer, index: LocalIndex) -> None:
    """A failing build says its long log and its message."""
    index.sdist("app", "1.0", fails="the flux capacitor is missing")
    result = installer.install("app")
    assert result.returncode != 0
    assert "RuntimeError: the flux capacitor is missing" in output(result)
    assert "building step 200 of 200" in output(result)
    assert installer.installed() == set()


def test_projects(installer: Installer, index: LocalIndex) -> None:
    """A source tree installs editable, with its dependency and its command."""
    index.wheel("dep", "1.0")
    root = make_project(
        installer.home / "code",
        "local-app",
        "1.0",
        requires=["dep"],
        modules={"local_app.py": "def main():\n    print('first')\n"},
        entry_points={"console_scripts": {"local-app": "local_app:main"}},
    )
    venv = installer.home / "venv"
    installer.run([find_uv_bin(), "venv", "--no-config", "-p", sys.executable, str(venv)])
    result = installer.run(editable_command(installer, venv, root))
    assert result.returncode == 0, output(result)
    script = venv / ("Scripts" if os.name == "nt" else "bin") / "local-app"
    assert installer.run([str(script)]).stdout == "first\n"
    (root / "src/local_app.py").write_text(
        "import dep\n\ndef main():\n    print(dep.__version__)\n"
    )
    assert installer.run([str(script)]).stdout == "1.0\n"


def editable_command(installer: Installer, venv: Path, root: Path) -> list[str]:
    """The command that installs `root` editable into `venv`."""
    if installer.name == "uv":
        command = [find_uv_bin(), "pip", "install", "--no-config", "--python", str(venv)]
    else:
        command = [sys.executable, "-m", "pip", "--python", str(venv), "install", "--isolated"]
        command += ["--no-cache-dir"]
    return [*command, "--index-url", installer.index.url, "-e", str(root)]


def test_plain_project(index: LocalIndex, tmp_path: Path) -> None:
    """A source tree installs without -e as well."""
    root = make_project(tmp_path / "code", "local-app", "1.0")
    result = Installer("uv", index, tmp_path).install(str(root))
    assert result.returncode == 0, output(result)
    assert (tmp_path / "target/local_app.py").exists()


def test_an_index_that_is_down(index: LocalIndex, tmp_path: Path) -> None:
    """An error status, a closed index, and one that is back."""
    index.wheel("app", "1.0")
    installer = Installer("uv", index, tmp_path)
    index.status = 500
    assert "500" in output(installer.install("app"))
    index.status = None
    index.close()
    assert installer.install("app").returncode != 0
    index.open()
    assert installer.install("app").returncode == 0
    assert index.downloads == ["app-1.0-py3-none-any.whl"]
    index.remove("app-1.0-py3-none-any.whl")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{index.url}app/")


def test_a_stalled_index_can_be_closed(index: LocalIndex) -> None:
    """A request waits as long as it is told to, and close() drops it."""
    index.stall = 0.2
    started = time.monotonic()
    get(index.url)
    assert time.monotonic() - started >= 0.2
    index.stall = 60
    threading.Timer(0.1, index.close).start()
    with pytest.raises(ConnectionResetError):
        get(index.url)
    assert time.monotonic() - started < 10


def test_pages(index: LocalIndex) -> None:
    """The form of a page is what the client accepts; names are normalised by a redirect."""
    index.wheel("My.App", "1.0", requires_python=">=3.8")
    html = get(f"{index.url}My.App")
    assert html[0].startswith("text/html")
    assert 'data-requires-python="&gt;=3.8"' in html[1]
    assert ("GET", "/simple/my-app/") in index.requests
    both = "application/vnd.pypi.simple.v1+json, text/html;q=0.01"
    assert get(f"{index.url}my-app/", both)[0] == "application/vnd.pypi.simple.v1+json"
    assert '"my-app"' in get(index.url, both)[1]
    with LocalIndex(index.folder) as other:
        assert "my_app-1.0-py3-none-any.whl" in get(f"{other.url}my-app/")[1]


@pytest.mark.parametrize("make", [make_wheel, make_sdist])
def test_bytes_are_deterministic(tmp_path: Path, make: object) -> None:
    """Equal input, equal bytes."""
    assert callable(make)
    first, second = (make(tmp_path / each, "app", "1.0", requires=["dep"]) for each in "ab")
    assert first.read_bytes() == second.read_bytes()
