"""Names of indexes in notebooks reach no installer, and credentials only the hosts they are for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import write_notebook, write_other_copy
from tests.support.commands import nbenv, nbenv_here, succeed
from tests.support.index import LocalIndex

USER, PASSWORD = "corp-user", "hunter2-and-more"
LOGIN = f"{USER}:{PASSWORD}"
VARIABLES = {"UV_INDEX_CORP_USERNAME": USER, "UV_INDEX_CORP_PASSWORD": PASSWORD}
VERBS = ("restore", "outdated", "upgrade", "status")


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[LocalIndex]:
    """Yield the user's own index, which requires a password."""
    with LocalIndex(tmp_path / "corp") as corp:
        corp.wheel("inner-thing", "1.0")
        corp.auth = (USER, PASSWORD)
        yield corp


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[LocalIndex]:
    """Yield the index of somebody who would like to have that password."""
    with LocalIndex(tmp_path / "evil") as evil:
        evil.wheel("inner-thing", "6.6")
        evil.wheel("evil-thing", "1.0")
        yield evil


@dataclass
class Settings:
    """The user's own configuration, by variables; files are written where they are named."""

    environ: dict[str, str] = field(default_factory=dict)


def _toml(
    corp: LocalIndex, folder: Path, *lines: str, chosen: bool = False, main: bool = False
) -> Settings:
    path = folder / "config" / "uv" / "uv.toml"
    path.parent.mkdir(parents=True)
    text = "\n".join(["[[index]]", 'name = "corp"', f'url = "{corp.url}"', *lines])
    path.write_text(text, encoding="utf-8")
    place = {"UV_CONFIG_FILE": str(path)} if chosen else {"XDG_CONFIG_HOME": str(folder / "config")}
    no_other = {"PIP_INDEX_URL": ""} if main else {}
    return Settings({**VARIABLES, **place, **no_other})


def _pip_conf(corp: LocalIndex, folder: Path) -> Settings:
    path = folder / "pip.conf"
    path.write_text(f"[global]\nextra-index-url = {corp.url_with_auth}\n", encoding="utf-8")
    return Settings({"PIP_CONFIG_FILE": str(path)})


CONFIGURED: dict[str, Callable[[LocalIndex, Path], Settings]] = {
    "UV_INDEX": lambda c, _: Settings({**VARIABLES, "UV_INDEX": f"corp={c.url}"}),
    "UV_INDEX, named otherwise": lambda c, _: Settings(
        {
            "UV_INDEX": f"co-rp.1={c.url}",
            "UV_INDEX_CO_RP_1_USERNAME": USER,
            "UV_INDEX_CO_RP_1_PASSWORD": PASSWORD,
        }
    ),
    "UV_INDEX with the password": lambda c, _: Settings({"UV_INDEX": f"corp={c.url_with_auth}"}),
    "UV_DEFAULT_INDEX": lambda c, _: Settings({**VARIABLES, "UV_DEFAULT_INDEX": f"corp={c.url}"}),
    "UV_INDEX_URL": lambda c, _: Settings({"UV_INDEX_URL": c.url_with_auth, "PIP_INDEX_URL": ""}),
    "UV_EXTRA_INDEX_URL": lambda c, _: Settings({"UV_EXTRA_INDEX_URL": c.url_with_auth}),
    "PIP_INDEX_URL": lambda c, _: Settings({"PIP_INDEX_URL": c.url_with_auth}),
    "pip.conf": _pip_conf,
    "uv.toml": _toml,
    "uv.toml, only for what names it": lambda c, f: _toml(c, f, "explicit = true"),
    "uv.toml as the default": lambda c, f: _toml(c, f, "default = true", main=True),
    "UV_CONFIG_FILE": lambda c, f: _toml(c, f, chosen=True),
}


def _configure(
    name: str, corp: LocalIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    environ = CONFIGURED[name](corp, folder).environ
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    return environ


def _recorded(
    path: Path, requirement: str, *indexes: tuple[str, str], lock: tuple[str, ...] = ()
) -> Path:
    """Write the notebook of a stranger, with a record."""
    write_notebook(path, "1")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"] = {
        "version": 1,
        "python": "3.11",
        "requirements": [requirement],
        "lock": list(lock),
        "indexes": [{"name": name, "url": url} for name, url in indexes],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("configured", "name"),
    [
        *((configured, "corp") for configured in CONFIGURED),
        ("UV_INDEX", "Corp"),
        ("uv.toml", "CORP"),
        ("UV_INDEX, named otherwise", "CO-rp_1"),
    ],
)
def test_a_strangers_index_gets_no_credentials_and_hides_none(
    configured: str,
    name: str,
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _configure(configured, corp, tmp_path, monkeypatch)
    corp.wheel("ipykernel", "7.0")
    notebook = _recorded(tmp_path / "theirs.ipynb", "evil-thing", (name, evil.url))
    for verb in VERBS:
        nbenv_here(verb, notebook)
    assert ("GET", "/simple/evil-thing/") in evil.requests
    assert evil.logins == []
    if "only for" not in configured:
        # The user's own index of that name is still asked.
        evil.remove("inner_thing-6.6-py3-none-any.whl")
        done = nbenv_here("install", notebook, "inner-thing")
        assert done.status == 0, done.err
        assert LOGIN in corp.logins
    assert evil.logins == []
    assert set(corp.logins) <= {LOGIN}


@pytest.mark.parametrize("configured", CONFIGURED)
def test_the_users_own_index_gets_them_whatever_a_notebook_calls_it(
    configured: str,
    index: LocalIndex,
    corp: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _configure(configured, corp, tmp_path, monkeypatch)
    corp.wheel("ipykernel", "7.0")
    notebook = _recorded(tmp_path / "ours.ipynb", "inner-thing", ("works", corp.url))
    for verb in ("restore", "outdated", "upgrade"):
        done = nbenv_here(verb, notebook)
        assert done.status == 0, done.err
    assert set(corp.logins) == {LOGIN}
    assert index.logins == []
    assert PASSWORD not in notebook.read_text(encoding="utf-8")


# -- names that the user types


def test_a_typed_name_counts_for_its_host_from_then_on(
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in VARIABLES.items():
        monkeypatch.setenv(variable, value)
    ours = _recorded(tmp_path / "ours.ipynb", "inner-thing", ("works", corp.url))
    assert nbenv_here("restore", ours).status == 1
    assert corp.logins == []
    mine = write_notebook(tmp_path / "mine.ipynb", "1")
    succeed("install", mine, "inner-thing", "--index", f"corp={corp.url}")
    copy = write_other_copy(mine, tmp_path / "copies")
    for verb, notebook in (("restore", ours), ("upgrade", mine), ("outdated", mine)):
        assert nbenv_here(verb, notebook).status == 0
    assert nbenv_here("restore", copy).status == 0
    theirs = _recorded(tmp_path / "theirs.ipynb", "evil-thing", ("corp", evil.url))
    assert nbenv_here("restore", theirs).status == 0
    assert (set(corp.logins), evil.logins, index.logins) == ({LOGIN}, [], [])
    kept = b"".join(each.read_bytes() for each in home.glob("*.json"))
    assert (b"CORP" in kept, PASSWORD.encode() in kept) == (True, False)


def test_the_configuration_counts_more_than_what_is_typed(
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A command that somebody else wrote is easily copied."""
    _configure("UV_INDEX", corp, tmp_path, monkeypatch)
    mine = write_notebook(tmp_path / "mine.ipynb", "1")
    succeed("install", mine, "evil-thing", "--index", f"corp={evil.url}")
    assert evil.logins == []


def test_a_name_typed_anew_is_another_hosts(
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in VARIABLES.items():
        monkeypatch.setenv(variable, value)
    mine = write_notebook(tmp_path / "mine.ipynb", "1")
    succeed("install", mine, "evil-thing", "--index", f"co.rp={evil.url}")
    succeed("install", mine, "inner-thing", "--index", f"Corp={corp.url}")
    assert (evil.logins, set(corp.logins)) == ([], {LOGIN})
    other = write_notebook(tmp_path / "other.ipynb", "1")
    succeed("install", other, "evil-thing", "--index", f"corp={evil.url}")
    corp.logins.clear()
    nbenv_here("upgrade", mine)
    assert corp.logins == []


# -- what leads from one host to another


@pytest.mark.parametrize("way", ["moved_to", "files_at"])
def test_no_other_host_gets_them(
    way: str,
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _configure("UV_INDEX", corp, tmp_path, monkeypatch)
    evil.wheel("inner-thing", "1.0")
    setattr(corp, way, evil.url_for("").rstrip("/"))
    notebook = _recorded(tmp_path / "ours.ipynb", "inner-thing", ("works", corp.url))
    nbenv_here("restore", notebook)
    assert any("inner" in path for _, path in evil.requests)
    assert (set(corp.logins) <= {LOGIN}, evil.logins) == (True, [])


def test_netrc_and_another_host(
    index: LocalIndex,
    corp: LocalIndex,
    evil: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "netrc"
    path.write_text(f"machine localhost\nlogin {USER}\npassword {PASSWORD}\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    here = corp.url.replace("127.0.0.1", "localhost")
    notebook = _recorded(
        tmp_path / "two.ipynb", "inner-thing==1.0", ("corp", evil.url), ("localhost", here)
    )
    assert (
        nbenv("restore", notebook, environ={"UV_INDEX_STRATEGY": "unsafe-best-match"}).status == 0
    )
    assert (set(corp.logins), evil.logins, index.logins) == ({LOGIN}, [], [])


@pytest.mark.parametrize(
    "url",
    [
        "https://corp.example@evil.example/simple",
        "https://corp.example:443@evil.example/simple",
        "https://corp.example%40evil.example@x/simple",
        "https://corp.example\\@evil.example/simple",
        "https:evil.example",
        "https:///evil.example",
        "//evil.example/simple",
        "corp=https://evil.example/simple",
        "https://evil.example/simple corp=https://corp.example",
    ],
)
def test_an_address_that_reads_like_another_host_is_refused(url: str, tmp_path: Path) -> None:
    notebook = _recorded(tmp_path / "odd.ipynb", "leaf", ("corp", url))
    assert "metadata.nbenv.indexes[0].url" in nbenv_here("status", notebook).err


def test_two_indexes_of_one_name_are_refused(evil: LocalIndex, tmp_path: Path) -> None:
    """What is shown would be one, and what is asked the other."""
    two = ("corp", "https://corp.example/simple"), ("corp", evil.url)
    notebook = _recorded(tmp_path / "two.ipynb", "leaf", *two)
    assert "metadata.nbenv.indexes[1].name" in nbenv_here("status", notebook).err


# -- exports


@pytest.mark.parametrize("form", ["pyproject", "script", "juv"])
def test_an_export_names_no_index(form: str, tmp_path: Path) -> None:
    """The user's uv would send what is meant for a name of theirs."""
    notebook = _recorded(tmp_path / "theirs.ipynb", "leaf", ("corp", "https://evil.example/simple"))
    done = nbenv_here("export", notebook, "--format", form)
    assert done.status == 0, done.err
    assert "https://evil.example/simple" in done.out
    # juv's notebook keeps its record, which is for nbenv.
    assert 'name = "corp"' not in done.out.replace("\\", "")
