"""The only module that runs uv: it names, resolves, downloads, installs and removes.

uv's own words are passed on as progress and explanation; what it did is read from its JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import tomli_w
from uv import find_uv_bin

from nbenv import pipconfig
from nbenv.errors import (
    BuildError,
    HashError,
    IndexAccessError,
    InstallerError,
    RequirementError,
    ResolutionError,
    StoppedError,
)
from nbenv.lock import Lock, LockedDistribution, from_pylock
from nbenv.requirements import KERNEL, absolute, is_local, parse, portable, without_credentials
from nbenv.spec import Index, Spec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "Lines",
    "Named",
    "Upgrade",
    "fetch_python",
    "locate",
    "name",
    "outdated",
    "pip",
    "resolve",
    "sync",
    "version",
]

T = TypeVar("T")
Lines = Generator[str, None, T]
"""Yields the installer's lines for people; returns its result."""

PROJECT = "nbenv-notebook"
_BUILD_LOG_LINES = 20
# What of the user's uv settings holds for our runs too; the rest is about other projects.
_KEPT = re.compile(
    r"UV_(CACHE_DIR|INDEX.*|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|HTTP_.*|REQUEST_.*"
    r"|INSECURE_HOST|SYSTEM_CERTS|NATIVE_TLS|OFFLINE|LINK_MODE|KEYRING_PROVIDER|CONCURRENT_.*"
    r"|PYTHON_INSTALL.*|CONFIG_FILE|NO_CONFIG|NO_CACHE|EXCLUDE_NEWER|NETRC.*|LOCK_TIMEOUT)$"
)


@dataclass(frozen=True)
class Named:
    """Requirements with their names found out, and which of them are installed in place."""

    requirements: tuple[str, ...]
    editable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upgrade:
    """Which locked versions may move: all, or those of `names`; and which to pre-releases."""

    everything: bool = False
    names: tuple[str, ...] = ()
    pre: tuple[str, ...] = ()


# -- running uv


def _environment(indexes: Sequence[Index], hashed: bool = False) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UV_", "PIP_")) or _KEPT.match(name)
    }
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH"):
        kept.pop(name, None)
    pip = pipconfig.as_uv_environment(pipconfig.read(os.environ))
    variables = {**pip, **kept}
    if indexes:
        recorded = " ".join(f"{index.name}={index.url}" for index in indexes)
        variables["UV_INDEX"] = f"{recorded} {variables.get('UV_INDEX', '')}".strip()
    if hashed:  # any index may serve a file whose content is known beforehand
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    variables["UV_PYTHON_DOWNLOADS"] = "manual"
    return variables


def _run(
    arguments: Sequence[str],
    folder: Path,
    indexes: Sequence[Index] = (),
    *,
    hashed: bool = False,
) -> Lines[str]:
    """Run uv in `folder`; yield the lines of its standard error, return its standard output."""
    command = [find_uv_bin(), "--color", "never", *arguments]
    said: list[str] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(indexes, hashed),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line.rstrip())
                if not any(each.startswith("error:") for each in said):
                    yield _clean(line)
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if status in (130, -2, -15):
            raise StoppedError("Stopped.", "The environment is mended by the next start or change.")
        if status:
            raise _explained([line for line in said if line.strip()])
        output.seek(0)
        return output.read()


def _clean(line: str) -> str:
    """Return a line for people to read on, empty when it says nothing new."""
    line = line.strip()
    return "" if line.startswith(("+ ", "- ", "~ ", "Using ")) else without_credentials(line)


def _explained(lines: list[str]) -> InstallerError:
    """Turn what uv said into one error of ours."""
    start = next((n for n, line in enumerate(lines) if line.startswith("error:")), 0)
    told = [without_credentials(line) for line in lines[start:] or ["uv said nothing"]]
    text = "\n".join(told)
    headline = told[0].removeprefix("error:").strip().rstrip(".")
    if "Hash mismatch" in text:
        return HashError(
            "A downloaded file is not the one that the notebook's lock names.",
            _indented(told),
            "Nothing was installed. The index serves another file under this name: "
            "ask who shared the notebook, or resolve anew with nbenv upgrade.",
        )
    if "No solution found" in text or "not found in the package registry" in text:
        return ResolutionError(
            "These requirements cannot be met together.",
            _reason(told),
            "Loosen or correct one of them; nothing was changed.",
        )
    if "build backend" in text.lower() or "Failed to build" in text:
        return BuildError(
            f"{headline}.",
            _end_of_log(told),
            "There is no wheel of it for this Python. Try another version of it or of Python; "
            "nothing was changed.",
        )
    if re.search(r"error sending request|HTTP status|Failed to fetch|Failed to download", text):
        return IndexAccessError(
            "An index of distributions cannot be used.",
            _indented(told),
            "Check the network and the index, then try again; nothing was changed.",
        )
    return InstallerError(f"{headline}.", _indented(told[1:]), "Nothing was changed.")


def _reason(lines: list[str]) -> str:
    text = " ".join(line.strip() for line in lines)
    text = text.partition("cause:")[2].strip() or text
    text = text.replace(f"{PROJECT}==0", "this notebook").replace(PROJECT, "this notebook")
    return text.replace("your project", "this notebook").replace("your requirements", "they")


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _end_of_log(lines: list[str]) -> str:
    hint = next((n for n, line in enumerate(lines) if line.strip().startswith("hint:")), None)
    body = lines[1:hint]  # uv's hints are about its own projects
    hidden = len(body) - _BUILD_LOG_LINES
    shown = body[-_BUILD_LOG_LINES:]
    return _indented(([f"… ({hidden} lines before)"] if hidden > 0 else []) + shown)


# -- naming


def name(
    asked: Sequence[str], files: Sequence[Path], editable: Sequence[str], notebook_folder: Path
) -> Lines[Named]:
    """Find out the names of paths, URLs and of what requirements files ask for."""
    found: list[str] = []
    in_place: list[str] = []
    for flags, texts in (([], asked), (["--editable"], editable)):
        if texts:
            located = [_expanded(text) for text in texts]
            named = yield from _added([*flags, "--", *located], notebook_folder)
            found.extend(named.requirements)
            in_place.extend(named.editable)
    for path in files:
        if not path.is_file():
            raise RequirementError(f"There is no file {path}.", todo="Check its name.")
        named = yield from _added(["--requirements", str(path)], notebook_folder)
        found.extend(named.requirements)
        in_place.extend(named.editable)
    return Named(tuple(found), tuple(in_place))


def _expanded(text: str) -> str:
    """Check that a path is there: the installer would take a missing one for a name."""
    if "://" in text:
        return text
    path = os.path.expanduser(text)
    if not os.path.exists(path.partition("[")[0]):
        raise RequirementError(f"There is no {text} here.", todo="Check the path.")
    return path


def _added(arguments: Sequence[str], notebook_folder: Path) -> Lines[Named]:
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        project = Path(scratch, "pyproject.toml")
        _write_project(project, {"dependencies": []}, {})
        command = ["add", "--project", scratch, "--frozen", "--python", sys.executable]
        # Relative paths, also those in requirements files, are relative to where the user is.
        yield from _run([*command, *arguments], Path.cwd())
        document = tomllib.loads(project.read_text(encoding="utf-8"))
    sources = document.get("tool", {}).get("uv", {}).get("sources", {})
    requirements, editable = [], []
    for text in document["project"].get("dependencies", []):
        requirement = parse(text)
        for source in _as_list(sources.get(requirement.name)):
            requirement.url = _source_url(source, Path(scratch), notebook_folder)
            if source.get("editable"):
                editable.append(requirement.name)
        requirements.append(str(requirement))
    return Named(tuple(requirements), tuple(editable))


def _as_list(source: object) -> list[dict[str, str]]:
    if source is None:
        return []
    return source if isinstance(source, list) else [source]  # type: ignore[list-item]


def _source_url(source: Mapping[str, str], scratch: Path, notebook_folder: Path) -> str:
    if "path" in source:
        # uv writes the path relative to its project's real folder.
        place = Path(os.path.normpath(Path(os.path.realpath(scratch), source["path"])))
        return portable(place, Path(os.path.realpath(notebook_folder)))
    if "git" in source:
        revision = next((source[key] for key in ("rev", "tag", "branch") if key in source), "")
        url = f"git+{source['git']}" + (f"@{revision}" if revision else "")
    else:
        url = source["url"]
    return url + (f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else "")


# -- resolving


def _write_project(path: Path, project: dict[str, object], settings: dict[str, object]) -> None:
    document = {
        "project": {"name": PROJECT, "version": "0", "requires-python": ">=3.8", **project},
        "tool": {"uv": {"workspace": {}, **settings}},
    }
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def resolve(spec: Spec, interpreter: str, folder: Path, upgrade: Upgrade) -> Lines[Lock]:
    """Resolve the requirements of `spec` for every platform, its lock being the preference.

    Parameters
    ----------
    spec
        What to resolve; local paths are relative to `folder`, the notebook's.
    interpreter
        A Python of the spec's version, which builds what has no static metadata.
    upgrade
        What may leave its locked version without need.
    """
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        document = yield from _exported(spec, interpreter, folder, where, upgrade)
        yield from _with_hashes(document, where, spec, interpreter)
    return _relocated(from_pylock(document, spec.python), where, folder)


def locate(spec: Spec, interpreter: str, folder: Path) -> Lines[list[dict[str, object]]]:
    """Return the ``[[packages]]`` of PEP 751 for the locked versions, with their files' URLs."""
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        steps = _exported(spec, interpreter, folder, Path(scratch), Upgrade())
        document = yield from steps
    return _packages(document)


def _exported(
    spec: Spec, interpreter: str, folder: Path, scratch: Path, upgrade: Upgrade
) -> Lines[dict[str, object]]:
    _write_project(
        scratch / "pyproject.toml",
        {
            "requires-python": f"=={spec.python}.*",
            "dependencies": [KERNEL, *(_without_path(text) for text in spec.requirements)],
        },
        {
            "environments": ["implementation_name == 'cpython' and sys_platform != 'emscripten'"],
            "sources": _sources(spec, folder),
        },
    )
    if not upgrade.everything:
        _write_preferences(scratch / "uv.lock", spec, upgrade.names)
    command = ["export", "--format", "pylock.toml", "--no-emit-project", "--no-header"]
    command += [f"--prerelease-package={each}=allow" for each in upgrade.pre]
    text = yield from _run([*command, "--python", interpreter], scratch, spec.indexes)
    return tomllib.loads(text)


def _without_path(text: str) -> str:
    requirement = parse(text)
    if is_local(requirement.url):
        requirement.url = None
    return str(requirement)


def _sources(spec: Spec, folder: Path) -> dict[str, object]:
    sources: dict[str, object] = {}
    for text in spec.requirements:
        requirement = parse(text)
        if requirement.url and is_local(requirement.url):
            path = absolute(requirement.url, folder)
            if not path.exists():
                raise RequirementError(
                    f"{requirement.name} is to be installed from {requirement.url}, "
                    f"but there is no {path}.",
                    todo="Copy it along with the notebook, or uninstall it.",
                )
            source: dict[str, object] = {"path": str(path)}
            if path.is_dir():
                source["editable"] = requirement.name in spec.editable
            sources[requirement.name] = source
    return sources


def _write_preferences(path: Path, spec: Spec, freed: Iterable[str]) -> None:
    """Write the locked versions as a lock of uv's, which then keeps them where it can."""
    loose = set(freed)
    packages = [
        _preference(locked)
        for locked in spec.lock.distributions
        if locked.version and locked.name not in loose
    ]
    document = {"version": 1, "requires-python": f"=={spec.python}.*", "package": packages}
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def _preference(locked: LockedDistribution) -> dict[str, object]:
    preference: dict[str, object] = {
        "name": locked.name,
        "version": locked.version,
        "source": {"registry": "https://index.invalid/simple"},
    }
    if locked.marker:
        preference["resolution-markers"] = [locked.marker]
    return preference


def _with_hashes(
    document: Mapping[str, object], folder: Path, spec: Spec, interpreter: str
) -> Lines[None]:
    """Fill in, by downloading, the hashes of distributions whose index gives none."""
    bare = [package for package in _packages(document) if _lacks_hashes(package)]
    if not bare:
        return
    source = folder / "unhashed.in"
    source.write_text("\n".join(f"{p['name']}=={p['version']}" for p in bare), encoding="utf-8")
    command = ["pip", "compile", "--generate-hashes", "--no-deps", "--no-header", "--no-annotate"]
    text = yield from _run([*command, "--python", interpreter, str(source)], folder, spec.indexes)
    for line in text.replace("\\\n", " ").splitlines():
        locked = LockedDistribution.from_line(" ".join(line.split()))
        package = next(p for p in bare if p["name"] == locked.name)
        package["sdist"] = {"hashes": dict(digest.split(":") for digest in locked.hashes[:1])}
        package["wheels"] = [
            {"name": f"{locked.name.replace('-', '_')}-0-py3-none-any.whl", "hashes": {kind: hexed}}
            for kind, hexed in (digest.split(":") for digest in locked.hashes)
        ]


def _packages(document: Mapping[str, object]) -> list[dict[str, object]]:
    packages = document.get("packages", [])
    assert isinstance(packages, list)
    return packages


def _files(package: Mapping[str, object]) -> list[Mapping[str, object]]:
    wheels = package.get("wheels", [])
    assert isinstance(wheels, list)
    sdist = package.get("sdist")
    return [*wheels, sdist] if isinstance(sdist, dict) else list(wheels)


def _lacks_hashes(package: Mapping[str, object]) -> bool:
    files = _files(package)
    return bool(files) and not any(file.get("hashes") for file in files)


def _relocated(lock: Lock, scratch: Path, folder: Path) -> Lock:
    """Write local paths as the notebook records them, and no credential."""
    return Lock(tuple(_relocated_one(locked, scratch, folder) for locked in lock.distributions))


def _relocated_one(locked: LockedDistribution, scratch: Path, folder: Path) -> LockedDistribution:
    if locked.url is None:
        return locked
    url = locked.url
    if "://" not in url or url.startswith("file:"):
        path, hash_sign, fragment = url.partition("#")
        place = absolute(path, Path(os.path.realpath(scratch)))
        url = portable(place, Path(os.path.realpath(folder))) + hash_sign + fragment
    return LockedDistribution(
        locked.name, None, without_credentials(url), locked.marker, locked.hashes
    )


# -- installing


def sync(
    python: str,
    distributions: Sequence[LockedDistribution],
    spec: Spec,
    folder: Path,
    kept: Mapping[str, str],
) -> Lines[None]:
    """Make the environment of `python` hold exactly these distributions, hashes checked.

    Everything is downloaded and built before anything is replaced. `kept` are name → version of
    distributions that are installed without being locked, and shall stay.
    """
    lines = [_installable_line(locked, spec, folder) for locked in distributions]
    lines += [f"{name}=={version}" for name, version in kept.items()]
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        source = where / "lock.txt"
        source.write_text("\n".join(lines), encoding="utf-8")
        (where / "uv.toml").touch()  # no settings of the folders above
        command = ["pip", "sync", "--python", python, "--allow-empty-requirements", str(source)]
        if not kept and all(locked.hashes for locked in distributions):
            command.append("--require-hashes")
        local = [locked.name for locked in distributions if is_local(locked.url)]
        command += [f"--reinstall-package={each}" for each in local]
        yield from _run(command, where, spec.indexes, hashed=True)


def _installable_line(locked: LockedDistribution, spec: Spec, folder: Path) -> str:
    if not locked.url or not is_local(locked.url):
        return " ".join((locked.requirement, *(f"--hash={digest}" for digest in locked.hashes)))
    path, hash_sign, fragment = locked.url.partition("#")
    place = absolute(path, folder).as_uri() + hash_sign + fragment
    if locked.name in spec.editable:
        return f"-e {place}"
    return " ".join((f"{locked.name} @ {place}", *(f"--hash={d}" for d in locked.hashes)))


def pip(python: str, arguments: Sequence[str], spec: Spec, folder: Path) -> Lines[str]:
    """Run one of uv's read-only ``pip`` commands (list, show, freeze, check) on an environment."""
    return (yield from _run(["pip", *arguments, "--python", python], folder, spec.indexes))


def outdated(python: str, spec: Spec, folder: Path) -> Lines[list[dict[str, str]]]:
    """Return name, version and latest_version of what an index has newer."""
    command = ["pip", "list", "--outdated", "--format", "json", "--python", python]
    rows = json.loads((yield from _run(command, folder, spec.indexes)))
    return [
        {key: str(row.get(key, "")) for key in ("name", "version", "latest_version")}
        for row in rows
    ]


def fetch_python(python: str, folder: Path) -> Lines[str]:
    """Have uv install a Python of its own; return its executable."""
    yield from _run(["python", "install", "--no-bin", python], folder)
    found = yield from _run(["python", "find", "--managed-python", python], folder)
    return found.strip()


def version() -> str:
    """Return what uv says of its version."""
    done = subprocess.run([find_uv_bin(), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
