"""Extensions of JupyterLab in an environment: what is found, and that nothing else is read."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from nbenv.environments.environment import Environment
from nbenv.environments.page.lab_extensions import LabExtension, lab_extensions

RECORD = {"version": 1, "python": "3.11", "requirements": [], "lock": []}


class Installed:
    """A distribution whose files are put into an environment as an installer does."""

    def __init__(self, environment: Environment, name: str, needs: str = "") -> None:
        self.environment = environment
        self.info = environment.site_packages() / f"{name.replace('-', '_')}-1.0.dist-info"
        self.info.mkdir(parents=True)
        lines = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        text = lines + (f"Requires-Dist: {needs}\n" if needs else "")
        (self.info / "METADATA").write_text(text, encoding="utf-8")
        self.rows: list[list[str]] = []

    def add(self, name: str, content: bytes) -> Path:
        """Add a file of an extension, and list it."""
        path = self.environment.path / "share/jupyter/labextensions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.list(os.path.relpath(path, self.info.parent), content)
        return path

    def list(self, path: str, content: bytes) -> None:
        """List a file that need not be there."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        self.rows.append([path, f"sha256={digest}", str(len(content))])
        with (self.info / "RECORD").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self.rows)

    def package(self, name: str, build: object = None, **more: Any) -> None:
        """Add an extension's package.json."""
        lab = {"_build": build or {"load": "./static/remote.js", "extension": "./extension"}}
        about = {"name": name, "version": "2.0.0", "jupyterlab": lab, **more}
        self.add(f"{name}/package.json", json.dumps(about).encode())


def found(environment: Environment) -> dict[str, LabExtension]:
    environment.mark(RECORD, "work.ipynb")
    return {each.name: each for each in lab_extensions(environment)}


def test_an_environment_without_extensions_has_none(environment: Environment) -> None:
    Installed(environment, "six").list("six.py", b"")
    assert found(environment) == {}
    assert lab_extensions(Environment("nowhere")) == ()


def test_what_they_are_for(environment: Environment) -> None:
    manager = Installed(environment, "jupyterlab-widgets")
    dependencies = {"@jupyter-widgets/base": "^6.0.11"}
    manager.package("@jupyter-widgets/jupyterlab-manager", dependencies=dependencies)
    manager.add("@jupyter-widgets/jupyterlab-manager/schemas/@jupyter-widgets/"
                "jupyterlab-manager/plugin.json", b"{}")  # fmt: skip
    Installed(environment, "anywidget", "ipywidgets>=7.6.0").package("anywidget")
    old = {"@jupyter-widgets/base": "^2 || ^3 || ^4 || ^6"}
    Installed(environment, "bqplot").package("bqplot", dependencies=old)
    shared = {"@jupyter-widgets/base": {"bundled": False}}
    build = {"load": "a.js"}
    Installed(environment, "pyviz-comms").package(
        "@pyviz/jupyterlab_pyviz", jupyterlab={"_build": build, "sharedPackages": shared}
    )
    renderer = {"load": "static/r.js", "mimeExtension": "./mime"}
    Installed(environment, "plotly", "ipywidgets2").package("jupyterlab-plotly", renderer)
    Installed(environment, "a-theme").package("a-theme")
    described = {name: each.describe() for name, each in found(environment).items()}
    assert {name: each["kind"] for name, each in described.items()} == {
        "@jupyter-widgets/jupyterlab-manager": "manager",
        "@pyviz/jupyterlab_pyviz": "widgets",
        "a-theme": "other",
        "anywidget": "widgets",
        "bqplot": "widgets",
        "jupyterlab-plotly": "renderer",
    }
    first = described["@jupyter-widgets/jupyterlab-manager"]
    assert (first["base"], described["bqplot"]["base"], described["a-theme"]["base"]) == (6, 6, 0)
    assert first["schemas"] == ["@jupyter-widgets/jupyterlab-manager:plugin"]
    assert (first["load"], first["extension"]) == ("static/remote.js", "./extension")
    assert first["distribution"] == "jupyterlab-widgets"
    assert described["jupyterlab-plotly"]["mimeExtension"] == "./mime"


def test_the_digest_is_that_of_all_files(environment: Environment) -> None:
    installed = Installed(environment, "bqplot")
    installed.package("bqplot")
    installed.add("bqplot/static/remote.js", b"1")
    before = found(environment)["bqplot"].digest
    assert found(environment)["bqplot"].digest == before
    installed.add("bqplot/static/part.js", b"2")
    assert found(environment)["bqplot"].digest != before


def test_only_listed_and_unchanged_files_are_read(environment: Environment) -> None:
    installed = Installed(environment, "bqplot")
    installed.package("bqplot")
    listed = installed.add("bqplot/static/remote.js", b"code")
    changed = installed.add("bqplot/static/changed.js", b"code")
    linked = installed.add("bqplot/static/linked.js", b"code")
    installed.add("bqplot/inside/file.js", b"code")
    gone = installed.add("bqplot/static/gone.js", b"code")
    beside = listed.with_name("beside.js")
    beside.write_bytes(b"code")
    installed.list(f"{os.path.relpath(beside.parent, installed.info.parent)}/no.js", b"")
    extension = found(environment)["bqplot"]
    changed.write_bytes(b"else")
    linked.unlink()
    linked.symlink_to(listed)  # the same content, but the link may be turned
    folder = listed.parent.parent / "inside"
    folder.rename(environment.path / "inside")
    folder.symlink_to(environment.path / "inside")
    gone.unlink()
    assert extension.read("static/remote.js") == b"code"
    for name in (
        "static/changed.js",
        "static/linked.js",
        "static/gone.js",
        "static/beside.js",
        "static/no.js",
        "inside/file.js",
        "static/../static/remote.js",
        "/static/remote.js",
        "./static/remote.js",
        "static//remote.js",
        "../../../../../pyvenv.cfg",
        str(listed),
        "static",
        "",
    ):
        assert extension.read(name) is None, name


@pytest.mark.parametrize(
    "path",
    [
        "../../../share/jupyter/labextensions/bqplot/../../../../pyvenv.cfg",
        "../../../share/jupyter/labextensions/../../../pyvenv.cfg",
        "../../../share/jupyter/labextensions",
        "/etc/hostname",
        "../../../share/jupyter/labextensions/bqplot",
        "../../../share/jupyter/labextensions/@a/../../../../pyvenv.cfg",
    ],
)
def test_a_record_cannot_lead_out(environment: Environment, path: str) -> None:
    installed = Installed(environment, "bqplot")
    installed.package("bqplot")
    target = (installed.info.parent / path).resolve()
    content = target.read_bytes() if target.is_file() else b""
    installed.list(path, content)
    assert list(found(environment)["bqplot"].files) == ["package.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"1",
        b'{"name": "other", "jupyterlab": {"_build": {}}}',
        b'{"name": "bad"}',
        b"",
    ],
)
def test_what_is_no_prebuilt_extension_is_left_out(
    environment: Environment, content: bytes
) -> None:
    installed = Installed(environment, "bad")
    installed.add("bad/package.json", content)
    installed.add("nothing/static/remote.js", b"")
    Installed(environment, "good").package("good", build={"load": 1, "extension": ["x"]})
    [good] = found(environment).values()
    assert good.name == "good"
    assert (good.describe()["load"], good.describe()["extension"]) == (".", "")


def test_the_extensions_of_a_provided_environment(environment: Environment) -> None:
    """Its folders are links to those of the one that is provided."""
    installed = Installed(environment, "bqplot")
    installed.package("bqplot")
    installed.add("bqplot/static/remote.js", b"code")
    own = Environment("work-2")
    own.path.mkdir()
    for name in ("lib", "share", "bin", "pyvenv.cfg"):
        (own.path / name).symlink_to(environment.path / name)
    (own.path / "nbenv.json").write_text("{}", encoding="utf-8")
    [extension] = lab_extensions(own)
    assert extension.read("static/remote.js") == b"code"
