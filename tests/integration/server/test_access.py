"""Rights to ask the server's API: everything else is refused, with the status that fits."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import write_notebook
from tests.integration.server.test_api import ROUTES
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

OUTSIDE = [
    "../outside.ipynb",
    "folder/../../outside.ipynb",
    "..%2foutside.ipynb",
    "..\\outside.ipynb",
    "folder/..\\..\\outside.ipynb",
    "/../outside.ipynb",
    "{parent}/outside.ipynb",
    "/{parent}/outside.ipynb",
    "//{parent}/outside.ipynb",
    "file://{parent}/outside.ipynb",
    "~/outside.ipynb",
    "RTC:../outside.ipynb",
    "RTC:{parent}/outside.ipynb",
    "RTC:RTC:../outside.ipynb",
    "C:\\outside.ipynb",
    "C:/outside.ipynb",
    "\\\\host\\share\\outside.ipynb",
    ".hidden.ipynb",
    ".folder/a.ipynb",
    "a.ipynb\0",
    "a.ipynb\0.ipynb",
    "\ud800.ipynb",
    "folder",
    "folder.ipynb",
    "text.txt",
    "device.ipynb",
    "link.txt.ipynb",
    "broken.ipynb",
    "",
    ".",
    "x" * 5000 + ".ipynb",
]
NO_ORIGIN = {"Origin": "https://evil.invalid"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's root, with all that must not be reached in and beside it."""
    parent = tmp_path_factory.mktemp("access")
    root = parent / "root"
    write_notebook(root / "a.ipynb", "1")
    write_notebook(root / "folder" / "b.ipynb", "1")
    write_notebook(root / ".hidden.ipynb", "1")
    write_notebook(root / ".folder" / "a.ipynb", "1")
    for name in ("  spaces .ipynb", 'it\'s "ü" #1 %41?.ipynb'):
        write_notebook(root / name, "1")
    outside = write_notebook(parent / "outside.ipynb", "1")
    (root / "link.ipynb").symlink_to(outside)
    (root / "linked").symlink_to(parent)
    (root / "link.txt.ipynb").symlink_to(root / "text.txt")
    (root / "broken.ipynb").symlink_to(root / "gone.ipynb")
    (root / "device.ipynb").symlink_to(os.devnull)
    (root / "folder.ipynb").mkdir()
    (root / "text.txt").write_text("x", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def server(root: Path, settings: None) -> Iterator[JupyterServer]:
    environ = {"NBENV_HOME": str(root.parent / "home"), "HOME": str(root.parent)}
    with JupyterServer(root, environ) as server:
        yield server


class Browser:
    """A client that is logged in by its cookie, as a page in a browser is."""

    def __init__(self, server: JupyterServer, log_in: bool = True) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}
        if log_in:
            self.ask("GET", f"lab?token={server.token}")
            self.ask("GET", "lab")

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Send a request with the cookies; return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"Cookie": cookie, "Content-Type": "application/json", **headers}
        text = None if body is None else json.dumps(body)
        connection.request(method, f"/{path}", text, given)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        found = answer.status, answer.read()
        connection.close()
        return found


def api(path: str) -> str:
    return f"nbenv/api/{path}"


JOB = {"path": "a.ipynb", "verb": "install", "words": ["six"], "flags": ["dry-run"]}


def body_of(method: str) -> object:
    return JOB if method == "POST" else None


# -- who asks


@pytest.mark.parametrize("token", ["none", "wrong", "empty", "of another kind"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_without_the_token(
    server: JupyterServer, method: str, path: str, token: str
) -> None:
    headers = {
        "none": {},
        "wrong": {"Authorization": "token wrong"},
        "empty": {"Authorization": "token "},
        "of another kind": {"Authorization": f"Basic {server.token}"},
    }[token]
    status, body = Browser(server, log_in=False).ask(method, api(path), body_of(method), **headers)
    assert status == 403, body
    assert b"a.ipynb" not in body


def test_a_page_of_this_server(server: JupyterServer) -> None:
    browser = Browser(server)
    own = {"Referer": server.url, "X-XSRFToken": browser.cookies["_xsrf"]}
    assert browser.ask("GET", api("status?path=a.ipynb"), **own)[0] == 200
    assert browser.ask("POST", api("requirement"), {"text": "six"}, **own)[0] == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_page_of_another_origin(server: JupyterServer, method: str, path: str) -> None:
    """As the server's own API: 404 for another origin, 403 without the proof of a page's own."""
    browser = Browser(server)
    proof = {"X-XSRFToken": browser.cookies["_xsrf"], "Referer": server.url}
    asked = method, api(path), body_of(method)
    assert browser.ask(*asked, **proof, **NO_ORIGIN)[0] in (403, 404)
    assert browser.ask(*asked, Referer="https://evil.invalid/")[0] == 403
    assert browser.ask(*asked)[0] == 403
    wrong = {**proof, "X-XSRFToken": "0" * 32}
    if method != "GET":
        assert browser.ask(*asked, **wrong)[0] == 403
    assert browser.ask(*asked, **proof, Host="evil.invalid")[0] == 403


# -- what for


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_of_the_root(server: JupyterServer, root: Path, path: str) -> None:
    path = path.replace("{parent}", str(root.parent))
    if path.isprintable():
        for look in ("status", "record", "packages", "module", "extensions"):
            query = f"{look}?path={quote(path, safe='')}&name=yaml"
            status, answer = server.request("GET", api(query))
            assert status == 404, (look, answer)
            assert "outside" not in json.dumps(answer)
    status, answer = server.request("POST", api("jobs"), {**JOB, "path": path})
    assert status == 404, answer


@pytest.mark.parametrize(
    "path",
    [
        *("a.ipynb", "/a.ipynb", "folder/b.ipynb", "folder/../a.ipynb", "RTC:a.ipynb"),
        *("link.ipynb", "linked/outside.ipynb", "RTC:linked/outside.ipynb"),
        *("  spaces .ipynb", 'it\'s "ü" #1 %41?.ipynb'),
    ],
)
def test_a_path_below_the_root(server: JupyterServer, path: str) -> None:
    """A link leads wherever it leads: the contents API shows and saves what is there."""
    same = path.removeprefix("RTC:").removeprefix("/")
    assert server.request("GET", f"api/contents/{quote(same)}")[0] == 200
    assert server.request("GET", api(f"status?path={quote(path)}"))[0] == 200


@pytest.mark.parametrize(
    "body", [None, [], "x", 1, {}, {"path": None}, {"path": ["a.ipynb"]}, {"path": {"a": 1}}]
)
def test_no_job_of_nonsense(server: JupyterServer, body: object) -> None:
    assert server.request("POST", api("jobs"), body)[0] == 400


def test_a_broken_body_is_refused(server: JupyterServer) -> None:
    headers = {"Authorization": f"token {server.token}"}
    browser = Browser(server, log_in=False)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for text in ("{", "[" * 100_000, '{"path": "a.ipynb", "verb": "undo", "words": [' + "1," * 9):
        connection.request("POST", f"/{api('jobs')}", text, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 400, text[:20]
    connection.close()
    assert browser.ask("GET", api("version"), **headers)[0] == 200  # the server is well


def test_files_of_another_user(tmp_path: Path, home: Path) -> None:
    """Root itself, but without its right to read everything, is as any other user."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can make files of another user")
    root = tmp_path / "root"
    other = write_notebook(root / "other.ipynb", "1")
    other.chmod(0o600)
    os.chown(other, 65534, 65534)
    hidden = write_notebook(root / "closed" / "x.ipynb", "1")
    hidden.parent.chmod(0o700)
    os.chown(hidden.parent, 65534, 65534)
    with JupyterServer(root, prefix=drop) as server:
        for path, refused in (("other.ipynb", 403), ("closed/x.ipynb", 404)):
            for look in ("status", "record", "packages"):
                assert server.request("GET", api(f"{look}?path={path}"))[0] == refused
            assert server.request("POST", api("jobs"), {**JOB, "path": path})[0] == refused


def test_a_password_that_is_typed_is_in_no_log(server: JupyterServer) -> None:
    secret = "hunter2-typed"
    text = f"x @ https://me:{secret}@host.invalid/x.whl"
    status, answer = server.request("GET", api(f"requirement?text={quote(text)}"))
    assert (status, answer["name"]) == (200, "x")
    assert server.request("POST", api("requirement"), {"text": text})[1] == answer
    assert server.request("POST", api("requirement"), {"text": 1})[0] == 400
    assert server.request("GET", api(f"requirement?text={quote(text)}"), token="wrong")[0] == 403
    words = [text, f"--index-url=https://me:{secret}@host.invalid"]
    for word in words:
        body = {**JOB, "words": [word]}
        status, answer = server.request("POST", api("jobs"), body)
        assert secret not in json.dumps(answer)
        if status == 201:
            server.request("DELETE", api(f"jobs/{answer['id']}"))
    assert secret not in server.log.read_text(encoding="utf-8")


# -- files


def test_what_nbenv_keeps_is_private(
    notebook: Path, index: LocalIndex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the umask, and in a home that the user made for everybody to look into."""
    index.wheel("leaf", "1.0")
    home.mkdir(mode=0o755)
    (home / "notebooks").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        succeed("install", notebook, "leaf")
        succeed("status", notebook)
        succeed("undo", notebook)
        succeed("doctor")
        succeed("envs")
    finally:
        os.umask(before)
    open_to_others = []
    for path in home.rglob("*"):
        below = path.relative_to(home).parts
        if path.is_symlink() or (below[0] in ("envs", "cache", "bytecode") and len(below) > 1):
            continue  # within a folder that nobody else may enter
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            open_to_others.append(path)
    assert open_to_others == []
    assert re.search(r"(?m)^ok +folder", succeed("doctor").out)
    home.chmod(0o777)
    assert re.search(r"(?m)^BAD +folder: Others may write", succeed("doctor").out)
