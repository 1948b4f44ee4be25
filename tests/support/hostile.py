"""Notebooks written to do harm, each with the place that its refusal must name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TRAP = "127.0.0.1:9"
"""An address where nothing listens: a tool that asks it is caught connecting."""
HASH = "--hash=sha256:" + "0" * 64
COMMIT = "0" * 40
GOOD_LINE = f"six==1.17.0 {HASH}"
MANY = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """A record that must be refused, and the place that the refusal must name."""

    name: str
    value: object
    place: str


def record(**changes: object) -> dict[str, object]:
    """Return a record that is valid except for `changes`."""
    good: dict[str, object] = {
        "version": 1,
        "python": "3.11",
        "requirements": ["six"],
        "lock": [GOOD_LINE],
    }
    return {**good, **changes}


def deep(depth: int) -> object:
    """Return lists nested to this depth."""
    value: object = []
    for _ in range(depth):
        value = [value]
    return value


SHARES = [
    "//host/share/evil",
    "/\\host/share/evil",
    "./\\\\host\\share\\evil",
    "/%5Chost/share/evil",
    "./%5C%5Chost%5Cshare",
    "/%255Chost/share",
    "/%2Fhost/share",
    "/%2f%2fhost/share",
    "../x//host",
    "/%3f%3f/UNC/host/share",
    "/??/UNC/host/share",
    "//?/UNC/host/share",
    "//./pipe/x",
    "./C:evil",
    "../x/d:/evil",
    "./C%3Aevil",
    "/c%7Cevil",
    "file:////host/share",
    "file://///host/share",
    "file:/%2Fhost/share",
    "file:///%5Chost/share",
    "file:///%5C%5Chost%5Cshare",
    "file:///C:evil",
    "file:///x/C:/evil",
    "file://localhost//host/share",
    "FILE:////host/share",
    "git+file:////host/share",
    "git+file:///%5Chost/share",
]
"""Paths that are, on some platform, on another machine or on a drive that is not seen."""
LINES = {
    "index option": f"--index-url http://{TRAP}/simple",
    "index option behind a line": f"six==1.17.0 --index-url=http://{TRAP}/simple {HASH}",
    "extra index": f"--extra-index-url=http://{TRAP}/",
    "find links": f"-f http://{TRAP}/",
    "editable": "-e ./evil",
    "editable repository": f"-e git+http://{TRAP}/evil@{COMMIT}#egg=evil",
    "requirements file": "-r /etc/passwd",
    "constraints": "-c /etc/passwd",
    "config settings": f"six==1.17.0 --config-settings=--build-option=x {HASH}",
    "global option": f"six==1.17.0 --global-option=x {HASH}",
    "no binary": "--no-binary :all:",
    "pre": "--pre",
    "trusted host": f"--trusted-host {TRAP}",
    "newline": f"six==1.17.0 {HASH}\n--index-url http://{TRAP}/",
    "carriage return": f"six==1.17.0 {HASH}\r-e ./evil",
    "line separator": f"six==1.17.0 {HASH}\u2028-e ./evil",
    "NUL": f"six==1.17.0\0 {HASH}",
    "escape": f"six==1.17.0 \x1b[2J {HASH}",
    "right to left": f"six==1.17.0\u202e {HASH}",
    "comment": f"six==1.17.0 # {HASH}",
    "continuation": "six==1.17.0 \\",
    "shell": f"six==1.17.0; $(touch evil) {HASH}",
    "backticks": f"`touch evil`==1 {HASH}",
    "pipe": f"six==1.17.0 | sh {HASH}",
    "path": f"../../evil==1 {HASH}",
    "absolute path": "/etc/passwd",
    "drive": f"C:\\evil==1 {HASH}",
    "no version": f"six {HASH}",
    "range": f"six>=1 {HASH}",
    "two versions": f"six==1.16.0,==1.17.0 {HASH}",
    "wildcard": f"six==1.* {HASH}",
    "arbitrary version": f"six===--index-url=x {HASH}",
    "huge version": f"six=={'9' * 5000} {HASH}",
    "no hash": "six==1.17.0",
    "short hash": "six==1.17.0 --hash=sha256:00",
    "weak hash": "six==1.17.0 --hash=md5:" + "0" * 32,
    "hash of another kind": "six==1.17.0 --hash=sha512:" + "0" * 64,
    "extras": f"six[evil]==1.17.0 {HASH}",
    "deep marker": f"six==1.17.0 ; {'(' * 2000}os_name == 'x'{')' * 2000} {HASH}",
    "long name": f"{'x' * 5000}==1 {HASH}",
    "long line": f"six==1.17.0 {HASH * 1000}",
    "spaces": f"six==1.17.0{' ' * 60_000}{HASH}",
    "archive without hash": f"six @ http://{TRAP}/six-1.17.0-py2.py3-none-any.whl",
    "local archive without hash": "six @ ./six-1.17.0-py2.py3-none-any.whl",
    "branch": f"six @ git+http://{TRAP}/six@main",
    "no revision": f"six @ git+http://{TRAP}/six",
    "option as revision": f"six @ git+http://{TRAP}/six@--upload-pack=evil",
    "option as host": f"six @ git+ssh://-oProxyCommand=evil/six@{COMMIT}",
    "option as user": f"six @ git+ssh://-oProxyCommand=evil@host/six@{COMMIT}",
    "command transport": f"six @ git+ext::sh -c evil@{COMMIT}",
    "command transport without spaces": f"six @ git+ext::evil@{COMMIT}",
    "subversion": f"six @ svn+http://{TRAP}/six@{COMMIT}",
    "ftp": f"six @ ftp://{TRAP}/six-1.17.0.tar.gz {HASH}",
    "share": f"six @ file://{TRAP}/share/six-1.17.0.tar.gz {HASH}",
    "network path": f"six @ //{TRAP}/share/six-1.17.0.tar.gz {HASH}",
    "password in a path": f"six @ https://https://me:hunter2@{TRAP}/six-1.17.0.tar.gz {HASH}",
    "relative file": f"six @ file:six-1.17.0.tar.gz {HASH}",
    "variable": f"six @ http://{TRAP}/${{HOME}}/six-1.17.0.tar.gz {HASH}",
    "variable in a folder": "six @ ./${HOME}",
    "password": f"six @ http://me:hunter2@{TRAP}/six-1.17.0.tar.gz {HASH}",
    "token": f"six @ git+https://hunter2@{TRAP}/six@{COMMIT}",
    "ssh password": f"six @ git+ssh://git:hunter2@{TRAP}/six@{COMMIT}",
    "token in a query": f"six @ http://{TRAP}/six-1.17.0.tar.gz?token=hunter2 {HASH}",
    "backslash": f"six @ http://good.invalid\\@{TRAP}/six-1.17.0.tar.gz {HASH}",
    "broken host": f"six @ http://[{TRAP}/six-1.17.0.tar.gz {HASH}",
    "broken port": f"six @ http://host.invalid:evil/six-1.17.0.tar.gz {HASH}",
    "encoded folder outside": f"six @ git+http://{TRAP}/six@{COMMIT}#subdirectory=%2e%2e/evil",
    "absolute folder": f"six @ git+http://{TRAP}/six@{COMMIT}#subdirectory=/etc",
    "folder on a share": f"six @ git+http://{TRAP}/six@{COMMIT}#subdirectory=%5C%5Chost%5Cx",
    "folder outside": f"six @ git+http://{TRAP}/six@{COMMIT}#subdirectory=../../evil",
}
REQUIREMENTS = {
    "index option": f"--index-url http://{TRAP}/simple",
    "editable": "-e ./evil",
    "requirements file": "-r /etc/passwd",
    "config settings": "six --config-settings=x=y",
    "hash": f"six {HASH}",
    "newline": "six\n-e ./evil",
    "NUL": "six\0",
    "escape": "six\x1b]0;evil\x07",
    "shell": "six; touch evil",
    "substitution": "$(touch evil)",
    "path": "../evil",
    "absolute path": "/etc/passwd",
    "url": f"http://{TRAP}/six-1.17.0.tar.gz",
    "repository": f"git+http://{TRAP}/six",
    "empty": "",
    "option as revision": f"six @ git+http://{TRAP}/six@--upload-pack=evil",
    "command transport": "six @ git+ext::evil",
    "variable": f"six @ http://{TRAP}/${{HOME}}/six-1.17.0.tar.gz",
    "password": f"six @ https://me:hunter2@{TRAP}/six-1.17.0.tar.gz",
    "huge": "six" + " " * 5000 + ">=1",
    "huge version": f"six>={'9' * 4999}",
    "deep marker": f"six ; {'(' * 2000}os_name == 'x'{')' * 2000}",
    "share": f"six @ file://{TRAP}/share/six",
}
ADDRESSES = {
    "file": "file:///etc",
    "ssh": f"ssh://{TRAP}/simple",
    "ftp": f"ftp://{TRAP}/simple",
    "git": f"git+http://{TRAP}/simple",
    "script": "javascript:alert(1)",
    "no scheme": "host.invalid/simple",
    "no host": "https:///simple",
    "password": f"https://me:hunter2@{TRAP}/simple",
    "user": f"https://hunter2@{TRAP}/simple",
    "token in a query": f"https://{TRAP}/simple?api_key=hunter2",
    "token behind the path": f"https://{TRAP}/simple&api_key=hunter2",
    "password in the path": f"https://https://me:hunter2@{TRAP}/simple",
    "second index": f"https://host.invalid/simple evil=http://{TRAP}/simple",
    "tab": f"https://host.invalid/simple\tevil=http://{TRAP}/",
    "newline": f"https://host.invalid/simple\nhttp://{TRAP}/",
    "variable": "https://host.invalid/${HOME}",
    "backslash": f"https://host.invalid\\@{TRAP}/simple",
    "broken host": "https://[host/simple",
    "huge": f"https://host.invalid/{'x' * 60_000}",
    "look-alike": "https://h\u043est.invalid/simple",
    "option": "--index-url=x",
}
NAMES = {
    "option": "--default",
    "second": "a=http://x b",
    "path": "../evil",
    "empty": "",
    "huge": "x" * 1000,
}
WRONG = {
    "a text": "x",
    "a number": 7,
    "a truth": True,
    "an object": {"0": GOOD_LINE},
    "too many": [GOOD_LINE] * MANY,
    "numbers": [GOOD_LINE, 1.5],
    "nothing": [GOOD_LINE, None],
    "lists": [GOOD_LINE, [GOOD_LINE]],
    "huge": [GOOD_LINE, "x" * 10_000_000],
    "surrogate": [GOOD_LINE, "\ud800"],
}
TEXTS: dict[str, object] = {
    "option": "--index-url=x",
    "words": "2024-01-01 --no-config",
    "newline": "2024-01-01\n",
    "moving": "7 days",
    "empty list": [],
    "a number": 7,
    "a truth": True,
    "an object": {"0": "first-index"},
    "nothing": None,
    "huge": "x" * 10_000_000,
    "surrogate": "\ud800",
}
PACKAGES: dict[str, object] = {
    "everything": ["*"],
    "everything twice": ["**"],
    "empty": [""],
    "stars": ["a*" * 50],
    "path": ["../*"],
    "option": ["--index-url=*"],
    "other pattern": ["[a-z]?"],
    "not normalised": ["Acme_*"],
    "look-alike": ["\u0430cme-*"],
    "newline": ["a\n*"],
    **{name: each for name, each in WRONG.items() if name not in ("too many",)},
    "too many": ["a-*"] * MANY,
}
PLATFORMS = {
    "no system": "platform_machine == 'x86_64'",
    "another value": "sys_platform == 'linux' and platform_release == '6'",
    "an alternative": "sys_platform == 'linux' or os_name == 'nt'",
    "option": "-e",
    "": "",
}
PREBUILT = {
    "not built": "other ; sys_platform == 'linux'",
    "no marker": "six",
    "no platform": "six ; python_full_version == '3.11.99'",
    "an update": "six ; sys_platform == 'linux' and platform_release != ''",
    "option": "six ; --hash=sha256:0",
    "": "",
}
"""Lines that would let a build be one that nobody was shown."""
LISTS = (
    "constraints",
    "no_deps",
    "find_links",
    "no_binary",
    "only_binary",
    "platforms",
    "prebuilt",
)
NO_LISTS = ("a text", "a number", "a truth", "an object", "too many")


def _lists() -> Iterator[Hostile]:
    for key in ("lock", "requirements", "editable", "source", "indexes", *LISTS):
        for name, value in WRONG.items():
            place = f".{key}" if name in NO_LISTS else f".{key}["
            yield Hostile(f"{key}: {name}", record(**{key: value}), place)


def _records() -> Iterator[Hostile]:
    for name, line in LINES.items():
        value = record(lock=[GOOD_LINE, line])
        yield Hostile(f"lock: {name}", value, ".lock[1]")
    for name, text in REQUIREMENTS.items():
        value = record(requirements=["six", text])
        yield Hostile(f"requirements: {name}", value, ".requirements[1]")
    for share in SHARES:
        named = f"six @ {share}" + (f"@{COMMIT}" if share.startswith("git") else "")
        yield Hostile(f"lock: {share}", record(lock=[GOOD_LINE, named]), ".lock[1]")
        archive = f"{named}/six-1.17.0.tar.gz {HASH}"
        yield Hostile(f"lock: archive {share}", record(lock=[GOOD_LINE, archive]), ".lock[1]")
        value = record(requirements=["six", f"six @ {share}"])
        yield Hostile(f"requirements: {share}", value, ".requirements[1]")
    for name, url in ADDRESSES.items():
        indexes = [{"name": "good", "url": "https://host.invalid"}, {"name": "x", "url": url}]
        yield Hostile(f"index url: {name}", record(indexes=indexes), ".indexes[1].url")
    for name, text in NAMES.items():
        indexes = [{"name": text, "url": "https://host.invalid/simple"}]
        yield Hostile(f"index name: {name}", record(indexes=indexes), ".indexes[0].name")
    for name, text in REQUIREMENTS.items():
        value = record(constraints=["six", text])
        yield Hostile(f"constraints: {name}", value, ".constraints[1]")
    for name, text in {"address": f"six @ http://{TRAP}/six-1.zip", "extra": "six[x]"}.items():
        yield Hostile(f"constraints: {name} asked", record(constraints=[text]), ".constraints[0]")
    for name, url in ADDRESSES.items():
        if name != "file":
            value = record(find_links=["./wheels", url])
            yield Hostile(f"find links: {name}", value, ".find_links[1]")
    for share in SHARES:
        value = record(find_links=[share])
        yield Hostile(f"find links: {share}", value, ".find_links[0]")
    for name, each in {"a text": "true", "a number": 1, "no": False, "nothing": None}.items():
        for key in ("default", "with_dependencies"):
            indexes = [{"name": "x", "url": "https://host.invalid", key: each}]
            yield Hostile(f"{key}: {name}", record(indexes=indexes), f".indexes[0].{key}")
    two = [{"name": n, "url": "https://host.invalid", "default": True} for n in ("a", "b")]
    yield Hostile("default: two", record(indexes=two), ".indexes[1].default")
    for name, each in PACKAGES.items():
        indexes = [{"name": "x", "url": "https://host.invalid", "packages": each}]
        yield Hostile(f"packages: {name}", record(indexes=indexes), ".indexes[0].packages")
        indexes = [{"name": "x", "url": "https://host.invalid", "dependencies": each}]
        yield Hostile(f"dependencies: {name}", record(indexes=indexes), ".indexes[0].dependencies")
    for name, text in PLATFORMS.items():
        yield Hostile(f"platforms: {name}", record(platforms=[text]), ".platforms[0]")
    for name, text in PREBUILT.items():
        value = record(source=["six"], prebuilt=[text])
        yield Hostile(f"prebuilt: {name}", value, ".prebuilt[0]")
    for key in ("exclude_newer", "index_strategy", "torch_backend", "torch_choice"):
        for name, text in TEXTS.items():
            yield Hostile(f"{key}: {name}", record(**{key: text}), f".{key}")
    for key in ("editable", "source", "no_deps", "no_binary", "only_binary"):
        for name, text in {"path": "../evil", "option": "-e", "space": "a b", "": ""}.items():
            yield Hostile(f"{key}: {name}", record(**{key: [text]}), f".{key}[0]")
    words = {
        "command": "a;id", "option": "--yes", "space": "a b", "substitution": "$(id)",
        "line": "a\\", "path": "../a", "file": "./a.deb", "version": "a=1", "": "",
        "backtick": "`id`", "redirection": "a>b", "quote": "a'b", "long": "a" * 101, "letter": "ä",
    }  # fmt: skip
    for name, text in words.items():
        yield Hostile(f"system: {name}", record(system=["ffmpeg", text]), ".system[1]")
    yield Hostile("system: many", record(system=["a"] * 201), ".system")
    yield from _lists()


def _scalars() -> Iterator[Hostile]:
    for name, value in {
        "text": "1",
        "fraction": 1.0,
        "none": None,
        "list": [1],
        "truth": True,
        "negative": -1,
        "huge": "x" * 10_000_000,
        "deep": deep(600),
    }.items():
        yield Hostile(f"version: {name}", record(version=value), ".version")
    for name, value in {
        "number": 3.11,
        "one part": "3",
        "three parts": "3.11.2",
        "option": "--python",
        "path": "/evil/python",
        "command": "3.11; touch evil",
        "newline": "3.11\n",
        "other digits": "3.\u0661\u0661",
        "huge": "3." + "1" * 1_000_000,
        "list": ["3.11"],
    }.items():
        yield Hostile(f"python: {name}", record(python=value), ".python")
    for value in ([], "x", 7, [record()]):
        yield Hostile(f"record: {type(value).__name__}", value, "nbenv is")
    yield Hostile("unknown key: deep", record(mine=deep(600)), "nested")
    same = [f"six==1.16.0 {HASH}", GOOD_LINE]
    yield Hostile("lock: twice", record(lock=same), "lock[1]")


RECORDS = [*_records(), *_scalars()]
"""Records that are refused by every command, with the place below ``metadata`` named."""

RAW = {
    "deep": b'{"nbformat": 4, "metadata": {"nbenv": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "deep cells": b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b', "nbformat": 4}',
    "unclosed": b'{"nbformat": 4, "metadata": {"nbenv": ' + b"[" * 1_000_000,
    "huge number": b'{"nbformat": 4, "metadata": {"nbenv": {"version": ' + b"9" * 5000 + b"}}}",
    "many metadata": b'{"cells": [' + b'{"metadata": 1},' * 60_000 + b'{"x": "metadata": 1}]}',
    "two documents": b'{"nbformat": 4, "metadata": {}} {"nbformat": 4, "metadata": {}}',
    "not UTF-8": b'{"nbformat": 4, "metadata": {"nbenv": "\xff"}}',
    "empty": b"",
    "a list": b"[]",
    "metadata of a list": b'{"nbformat": 4, "metadata": []}',
    "format of a text": b'{"nbformat": "4", "metadata": {}}',
    "NaN": b'{"nbformat": NaN, "metadata": {}}',
}
"""Files that are refused as notebooks."""

HARMLESS = {
    "unapproved": record(requirements=[f"six @ http://{TRAP}/six-1.17.0.tar.gz"]),
    "index": record(indexes=[{"name": "evil", "url": f"http://{TRAP}/simple"}]),
    "archive": record(lock=[f"six @ http://{TRAP}/six-1.17.0.tar.gz {HASH}"]),
    "repository": record(lock=[f"six @ git+http://{TRAP}/six@{COMMIT}"]),
    "folder": record(lock=["evil @ ./evil"], requirements=["evil @ ./evil"]),
    "editable": record(lock=["evil @ ./evil"], requirements=["evil @ ./evil"], editable=["evil"]),
    "nothing locked": record(lock=[], requirements=[f"six @ git+http://{TRAP}/six"]),
    "another Python": record(python="3.99"),
    "find links": record(find_links=[f"http://{TRAP}/", "./evil", "/etc"]),
    "default index": record(
        indexes=[{"name": "evil", "url": f"http://{TRAP}/simple", "default": True}]
    ),
    "packages of an index": record(
        indexes=[{"name": "x", "url": f"http://{TRAP}/simple", "packages": ["i*", "s*x", "six"]}]
    ),
    "platforms": record(
        platforms=["sys_platform == 'linux'"],
        source=["six"],
        prebuilt=["six ; sys_platform == 'x'"],
    ),
    "formats": record(no_binary=[":all:"], only_binary=["six"], constraints=["six<1"]),
    "unknown keys": record(mine={"command": "touch evil", "hook": ["python", "-c", "1"]}),
}
"""Records that are in order, and would do harm if anything of them were run or asked."""


def write(path: Path, value: object) -> Path:
    """Write a notebook with this record, and a project beside it that leaves traces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    evil = path.parent / "evil"
    evil.mkdir(exist_ok=True)
    code = (
        "open('evil-ran', 'w').close(); import socket; socket.create_connection(('127.0.0.1', 9))"
    )
    for name in ("setup.py", "__init__.py", "sitecustomize.py"):
        (evil / name).write_text(code, encoding="utf-8")
    document = {
        "cells": [
            {"cell_type": "code", "source": f"!{code}", "metadata": {}, "outputs": [], "id": "a"}
        ],
        "metadata": {
            "kernelspec": {"name": "nbenv", "display_name": "x", "language": "python"},
            "nbenv": value,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path
