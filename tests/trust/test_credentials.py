"""Passwords, wherever a user puts them, reach no notebook, no output and no file of nbenv's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nbenv.core.urls import without_credentials
from tests.conftest import write_notebook
from tests.support.commands import nbenv, nbenv_here
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

USER, PASSWORD = "nbenv-user", "hunter2-and-more"
SECRETS = (PASSWORD, "hunter2")


@dataclass
class Place:
    """One way to give a password: arguments and variables of a command that needs it.

    A login in the address of an index works `once`: the next command does not know it.
    """

    words: list[str] = field(default_factory=lambda: ["install", "secret-thing"])
    environ: dict[str, str] = field(default_factory=dict)
    works: bool = True
    once: bool = False


@pytest.fixture
def private(tmp_path: Path) -> Iterator[LocalIndex]:
    """Yield an index that requires a password."""
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("secret-thing", "1.0")
        private.wheel("ipykernel", "7.0")
        private.auth = (USER, PASSWORD)
        yield private


def _configured(private: LocalIndex, folder: Path) -> Place:
    path = folder / "pip.conf"
    text = f"[global]\nindex-url = {private.url_with_auth}\nextra-index-url = "
    path.write_text(f"{text}{private.url_with_auth}\n", encoding="utf-8")
    return Place(environ={"PIP_CONFIG_FILE": str(path), "PIP_INDEX_URL": ""})


def _netrc(private: LocalIndex, folder: Path) -> Place:
    path = folder / "netrc"
    path.write_text(f"machine 127.0.0.1\nlogin {USER}\npassword {PASSWORD}\n", encoding="utf-8")
    path.chmod(0o600)
    words = ["install", "secret-thing", "--index", f"mine={private.url}"]
    return Place(words, {"NETRC": str(path)})


def _file(private: LocalIndex, folder: Path, *lines: str, once: bool = False) -> Place:
    path = folder / "wanted.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Place(["install", "-r", str(path)], works=once, once=once)


def _wheel(private: LocalIndex) -> str:
    name = "secret_thing-1.0-py3-none-any.whl"
    path = f"files/{private.sha256(name)[:16]}/{name}"
    return private.url_for(path, private.auth)


def _git(private: LocalIndex) -> str:
    return private.url_for("secret-thing.git", private.auth)


PLACES: dict[str, Callable[[LocalIndex, Path], Place]] = {
    "index option": lambda p, _: Place(
        ["install", "secret-thing", "--index", f"mine={p.url_with_auth}"], once=True
    ),
    "index option and variables": lambda p, _: Place(
        ["install", "secret-thing", "--index", f"mine={p.url_with_auth}"],
        {"UV_INDEX_MINE_USERNAME": USER, "UV_INDEX_MINE_PASSWORD": PASSWORD},
    ),
    "index option with a broken address": lambda p, _: Place(
        ["install", "secret-thing", "--index", f"mine=ftp://{USER}:{PASSWORD}@host.invalid"],
        works=False,
    ),
    "index option without a name": lambda p, _: Place(
        ["install", "secret-thing", "--index", p.url_with_auth], works=False
    ),
    "index option with a token": lambda p, _: Place(
        ["install", "secret-thing", "--index", f"mine={p.url}?token={PASSWORD}"], works=False
    ),
    "netrc": _netrc,
    "pip.conf": _configured,
    "PIP_INDEX_URL": lambda p, _: Place(environ={"PIP_INDEX_URL": p.url_with_auth}),
    "PIP_EXTRA_INDEX_URL": lambda p, _: Place(environ={"PIP_EXTRA_INDEX_URL": p.url_with_auth}),
    "PIP_PROXY": lambda p, _: Place(
        environ={"PIP_PROXY": f"{USER}:{PASSWORD}@127.0.0.1:9", "NO_PROXY": ""}, works=False
    ),
    "UV_INDEX": lambda p, _: Place(environ={"UV_INDEX": f"mine={p.url_with_auth}"}),
    "UV_DEFAULT_INDEX": lambda p, _: Place(environ={"UV_DEFAULT_INDEX": p.url_with_auth}),
    "UV_INDEX_URL": lambda p, _: Place(
        environ={"UV_INDEX_URL": p.url_with_auth, "PIP_INDEX_URL": ""}
    ),
    "UV_EXTRA_INDEX_URL": lambda p, _: Place(environ={"UV_EXTRA_INDEX_URL": p.url_with_auth}),
    "UV_FIND_LINKS": lambda p, _: Place(environ={"UV_FIND_LINKS": p.url_with_auth}, works=False),
    "address with a name": lambda p, _: Place(
        ["install", f"secret-thing @ {_wheel(p)}"], works=False
    ),
    "address": lambda p, _: Place(["install", _wheel(p)], works=False),
    "address with a token": lambda p, _: Place(
        ["install", f"secret-thing @ {p.url_for('x.whl')}?token={PASSWORD}"], works=False
    ),
    "address with an odd password": lambda p, _: Place(
        ["install", f"secret-thing @ http://{USER}:x@{PASSWORD}@127.0.0.1:9/x-1.whl"], works=False
    ),
    "repository": lambda p, _: Place(["install", f"git+{_git(p)}"], works=False),
    "repository with a name": lambda p, _: Place(
        ["install", f"secret-thing @ git+{_git(p)}"], works=False
    ),
    "repository of ssh": lambda p, _: Place(
        ["install", f"secret-thing @ git+ssh://git:{PASSWORD}@127.0.0.1:9/x"], works=False
    ),
    "file: index line": lambda p, f: _file(
        p, f, f"--index-url {p.url_with_auth}", "secret-thing", once=True
    ),
    "file: -i line": lambda p, f: _file(p, f, f"-i {p.url_with_auth}", "secret-thing", once=True),
    "file: extra line": lambda p, f: _file(
        p, f, f"--extra-index-url={p.url_with_auth}", "secret-thing", once=True
    ),
    "file: address": lambda p, f: _file(p, f, f"secret-thing @ {_wheel(p)}"),
    "file: bare address": lambda p, f: _file(p, f, _wheel(p)),
    "file: repository": lambda p, f: _file(p, f, f"git+{_git(p)}#egg=secret-thing"),
    "file: broken line": lambda p, f: _file(p, f, f"secret-thing = = {p.url_with_auth}"),
    "uninstall": lambda p, _: Place(["uninstall", p.url_with_auth], works=False),
    "upgrade": lambda p, _: Place(["upgrade", p.url_with_auth], works=False),
    "export to": lambda p, _: Place(["export", "--format", p.url_with_auth], works=False),
    "wrong option": lambda p, _: Place(["install", f"--inedx={p.url_with_auth}"], works=False),
    "wrong command": lambda p, _: Place([p.url_with_auth], works=False),
    "doctor": lambda p, _: Place(
        ["doctor"], {"PIP_INDEX_URL": p.url_with_auth, "PIP_PROXY": f"{USER}:{PASSWORD}@h:9"}
    ),
}


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert not any(secret in text for secret in SECRETS), text


def assert_nothing_kept(home: Path, notebook: Path) -> None:
    """Check that no file written by nbenv contains the password."""
    for path in (notebook, *home.rglob("*")):
        if path.is_file() and not path.is_symlink():
            assert PASSWORD.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", PLACES)
def test_no_password_gets_anywhere(
    name: str,
    index: LocalIndex,
    private: LocalIndex,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    place = PLACES[name](private, tmp_path)
    for variable, value in place.environ.items():
        monkeypatch.setenv(variable, value)
    notebook = write_notebook(tmp_path / "work" / "work.ipynb", "1")
    machine = place.words == ["doctor"]
    words = [*place.words[:1], *([] if machine else [str(notebook)]), *place.words[1:]]
    done = nbenv(*words)
    assert (done.status == 0) == place.works, done.err
    assert_clean(done.out, done.err)
    if place.works and not machine:
        recorded = notebook.read_text(encoding="utf-8")
        assert "secret-thing==1.0" in recorded
        assert USER not in recorded
        for verb in ("status", *([] if place.once else ["outdated"]), "approvals"):
            about = [] if verb == "approvals" else [notebook]
            shown = nbenv_here(verb, *about, "--json")
            assert shown.status == 0, shown.err
            assert_clean(shown.out, shown.err)
    private.status = 500
    for flag in ("--json", "--events"):
        again = ["-U"] if words[0] == "install" else []
        failed = nbenv_here(*words, *again, flag)
        assert failed.out + failed.err
        assert_clean(failed.out, failed.err)
    assert_clean(*capfd.readouterr())  # what an installer printed directly
    assert_nothing_kept(home, notebook)


def test_a_repository_that_wants_a_password(
    notebook: Path, index: LocalIndex, home: Path, tmp_path: Path
) -> None:
    """git takes it from its own store; the recorded address works for anyone who has one there."""
    project = make_project(tmp_path, "in-git", "1.0")
    git = ["git", "-C", str(project), "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    environ = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{project.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://host.invalid/in-git",
    }
    url = f"git+https://{USER}:{PASSWORD}@host.invalid/in-git"
    done = nbenv("install", notebook, f"in-git @ {url}", environ=environ)
    assert done.status == 0, done.err
    text = notebook.read_text(encoding="utf-8")
    assert '"in-git @ git+https://host.invalid/in-git"' in text
    assert_clean(done.out, done.err, text)
    assert_nothing_kept(home, notebook)


@pytest.mark.parametrize("variable", ["NBENV_TOKEN", "HOME"])
def test_no_variable_gets_into_an_address(
    notebook: Path, index: LocalIndex, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installer would substitute its value and send it to the host that a notebook names."""
    monkeypatch.setenv(variable, PASSWORD if variable != "HOME" else os.environ["HOME"])
    address = index.url_for(f"${{{variable}}}/x-1-py3-none-any.whl")
    assert "contains a $" in nbenv("install", notebook, f"x @ {address}").err
    document = json.loads(notebook.read_text(encoding="utf-8"))
    line = f"x @ {address} --hash=sha256:{'0' * 64}"
    document["metadata"]["nbenv"] = {"version": 1, "python": "3.11", "lock": [line]}
    notebook.write_text(json.dumps(document), encoding="utf-8")
    assert "metadata.nbenv.lock[0]" in nbenv("restore", notebook).err
    assert index.requests == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://u:p@host/x", "https://host/x"),
        ("https://u:p@ss@host/x", "https://host/x"),
        ("'https://u:p@host/x', a@b", "'https://host/x', a@b"),
        ("git+ssh://git:p@host/x", "git+ssh://git@host/x"),
        ("git+ssh://git@host/x", "git+ssh://git@host/x"),
        ("git+ssh://git@:p@host/x", "git+ssh://git@host/x"),
        ("https://host/x?token=abc&v=1", "https://host/x?token=****&v=1"),
        ("https://host/x?v=1&X-Amz-Signature=abc", "https://host/x?v=1&X-Amz-Signature=****"),
        ("https://host/x@1.0", "https://host/x@1.0"),
        ("HTTPS://u:p@host https://v:q@host", "HTTPS://host https://host"),
    ],
)
def test_credentials_go(text: str, clean: str) -> None:
    assert without_credentials(text) == clean
