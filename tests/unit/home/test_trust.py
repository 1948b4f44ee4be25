"""Folders of other users and folders that others may write to."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from nbenv.home import paths, trust
from nbenv.home.trust import ANOTHERS, distrusted, is_closed
from nbenv.installer.machine.uv_places import cache_problem, pip_cache, unusable_cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no owners and modes")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")

ANOTHER = 65534
OTHERS = "can be written by other users"

As = Callable[[int, int], None]


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let this process be a user with a group of their own, as Linux systems make them."""
    import grp
    import pwd

    number = os.stat(os.fspath(Path(__file__))).st_uid
    monkeypatch.setattr(os, "geteuid", lambda: number or 12345)
    entry = SimpleNamespace(pw_name="ada", pw_gid=777)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: entry)
    groups = {777: ("ada", []), 778: ("ada", ["eve"]), 100: ("users", [])}
    monkeypatch.setattr(
        grp, "getgrgid", lambda n: SimpleNamespace(gr_name=groups[n][0], gr_mem=groups[n][1])
    )
    monkeypatch.setattr(trust, "_private", {})
    yield "ada"


def folder(path: Path, mode: int = 0o755, owner: int | None = None, group: int = -1) -> str:
    path.mkdir(parents=True)
    path.chmod(mode)
    if owner is not None or group != -1:
        os.chown(path, -1 if owner is None else owner, group)
    return str(path)


@pytest.mark.parametrize("mode", [0o775, 0o2775, 0o777, 0o1777, 0o722])
def test_what_others_may_write_is_not_trusted(tmp_path: Path, mode: int) -> None:
    if os.geteuid() != 0 and not mode & 0o002:
        pytest.skip("this user may have a group of their own")
    assert distrusted(folder(tmp_path / "a", mode)) == OTHERS


def test_own_folders_are_trusted_and_new_ones_will_be(tmp_path: Path) -> None:
    assert distrusted(folder(tmp_path / "a", 0o755)) == ""
    assert distrusted(str(tmp_path / "new")) == ""


@root
def test_the_folders_of_another_user(tmp_path: Path) -> None:
    assert distrusted(folder(tmp_path / "a", 0o777, ANOTHER)) == ANOTHERS
    assert distrusted(folder(tmp_path / "b", 0o700, ANOTHER)) == ANOTHERS


@root
def test_a_group_of_one_user_is_that_user(tmp_path: Path, user: str) -> None:
    own = os.geteuid()
    assert distrusted(folder(tmp_path / "own", 0o775, own, 777)) == ""
    assert distrusted(folder(tmp_path / "course", 0o775, own, 100)) == OTHERS
    assert distrusted(folder(tmp_path / "unknown", 0o775, own, 4321)) == OTHERS
    assert distrusted(folder(tmp_path / "all", 0o777, own, 777)) == OTHERS


@root
def test_what_an_administrator_provides(tmp_path: Path, user: str) -> None:
    own = os.geteuid()
    made = {
        "root's": folder(tmp_path / "a", 0o755, 0),
        "own": folder(tmp_path / "b", 0o755, own),
        "another's": folder(tmp_path / "c", 0o755, ANOTHER),
        "a group's": folder(tmp_path / "d", 0o775, 0, 777),
    }
    closed = {name for name, place in made.items() if is_closed(os.stat(place))}
    assert closed == {"root's", "own"}


# -- what follows for the home and the caches


@pytest.fixture
def default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the default home, which is not there yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS"):
        monkeypatch.delenv(name, raising=False)
    return str(tmp_path / "data" / "jupyter" / "nbenv")


def test_a_home_for_everybody_is_replaced(home: Path, default: str) -> None:
    folder(home, 0o777)
    assert paths.home() == default
    assert paths.replaced_home() == (str(home), OTHERS)
    home.chmod(0o700)
    assert paths.home() == str(home)
    assert paths.replaced_home() == ("", "")


@root
def test_a_home_that_sudo_made(home: Path, default: str) -> None:
    """As is the default one: then this user's own is beside it."""
    folder(home, 0o755, ANOTHER)
    folder(Path(default), 0o755, ANOTHER)
    assert paths.home() == f"{default}-own"


@root
def test_where_owners_and_modes_mean_nothing(home: Path, default: str) -> None:
    """As on a share of Windows, where everything has the same: one place is like another."""
    for place in (home, Path(default)):
        folder(place, 0o777, ANOTHER)
    os.chmod(os.path.dirname(default), 0o777)
    assert paths.home() == str(home)
    assert paths.replaced_home() == ("", "")


@pytest.mark.parametrize("place", ["", "archive-v0"])
def test_a_shared_cache_is_replaced(tmp_path: Path, home: Path, place: str) -> None:
    cache = tmp_path / "cache"
    folder(cache / "archive-v0")
    variables = {"UV_CACHE_DIR": str(cache)}
    assert unusable_cache(variables) == ""
    (cache / place).chmod(0o777)
    assert unusable_cache(variables) == str(cache)
    assert cache_problem(variables) == (str(cache), OTHERS)


@root
def test_the_cache_of_another_user(tmp_path: Path, home: Path) -> None:
    cache = folder(tmp_path / "cache", 0o777, ANOTHER)
    assert cache_problem({"UV_CACHE_DIR": cache}) == (cache, ANOTHERS)
    usual = {"XDG_CACHE_HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    assert pip_cache(usual) == ""
    folder(tmp_path / "pip", 0o755, ANOTHER)
    assert pip_cache(usual) == os.path.join(home, "cache", "pip")
    own = folder(tmp_path / "own")
    assert pip_cache({**usual, "PIP_CACHE_DIR": own}) == ""
    assert stat.S_IMODE(os.stat(own).st_mode) == 0o755
