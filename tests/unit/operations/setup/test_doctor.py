"""Checking the set-up, and writing the kernelspec."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from nbenv.errors import NbenvError
from nbenv.home import approval_store
from nbenv.operations.setup import doctor
from nbenv.operations.setup.user_kernelspec import write_kernelspec
from tests.support.environments import hide_other_pythons

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")


@pytest.fixture(autouse=True)
def one_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide_other_pythons(monkeypatch)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")  # the user's kernelspecs come first


def checked() -> dict[str, tuple[bool, str]]:
    data = doctor.doctor().data
    assert isinstance(data, list)
    return {each["check"]: (each["ok"], each["message"]) for each in data}


def test_one_failed_check_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise NbenvError("It is\nbroken.", todo="Mend it.")

    monkeypatch.setattr(
        doctor, "_checks", lambda: iter([("first", broken), ("second", lambda: "fine")])
    )
    done = doctor.doctor()
    assert done.text.splitlines() == ["BAD  first: It is broken. Mend it.", "ok   second: fine"]
    assert done.summary == "1 of 2 checks failed."


def test_a_writable_folder_is_in_order(home: Path) -> None:
    good, message = checked()["folder"]
    assert good
    assert message.startswith(f"{home} is writable, ")
    assert os.listdir(home) == []


def test_a_folder_that_cannot_be_written(home: Path) -> None:
    home.write_text("a file", encoding="utf-8")
    assert not checked()["folder"][0]


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(5e6))
    assert checked()["folder"][1].endswith("is on a disk with 5 MB left.")


@posix
def test_a_folder_that_others_can_write_or_read(home: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    assert checked()["folder"][1].startswith(f"Others may write to {home}.")
    home.chmod(0o700)
    approval_store.approve("a" * 32)
    assert checked()["folder"][0]
    (home / "secret").chmod(0o644)
    assert "which signs approvals" in checked()["folder"][1]


def test_indexes_are_shown_without_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://u:secret@host.invalid/simple\nproxy = u:secret@proxy:80\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    good, message = checked()["indexes"]
    assert good
    assert message.startswith("pip is configured with index-url https://host.invalid/simple")
    assert message.endswith("; proxy proxy:80")
    assert "secret" not in message


def test_a_policy_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_RESTORE", "never")
    assert checked()["restoring"] == (True, "NBENV_RESTORE is never")


# -- the kernelspec, and the Jupyter that opens notebooks


def test_a_kernelspec_of_an_interpreter_that_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "kernels" / "nbenv" / "kernel.json"
    write_kernelspec()
    described = json.loads(file.read_text(encoding="utf-8"))
    described["argv"][0] = "/nowhere/python"
    file.write_text(json.dumps(described), encoding="utf-8")
    assert checked()["kernelspec"] == (
        False, "It starts /nowhere/python, which does not exist. Run nbenv kernelspec.",
    )  # fmt: skip


def test_an_extension_that_is_not_enabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "jupyter_config_path", lambda: [str(tmp_path)])
    good, message = checked()["server extension"]
    assert not good
    assert "written to the notebook's file directly" in message
    enabled = tmp_path / "jupyter_server_config.d" / "nbenv.json"
    enabled.parent.mkdir()
    enabled.touch()
    assert checked()["server extension"] == (True, str(enabled))


def test_a_jupyter_beside_nbenv() -> None:
    good, message = checked()["Jupyter"]
    assert (good, message) == (True, f"in the environment of nbenv, {sys.prefix}")


def test_a_jupyter_elsewhere_does_not_find_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "has_front_end", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    good, message = checked()["Jupyter"]
    assert good
    assert "nbenv kernelspec" in message
    command = tmp_path / "jupyter-lab"
    command.touch(0o755)
    good, message = checked()["Jupyter"]
    assert not good
    assert message.startswith(f"{command} is in another environment than nbenv")
    assert message.endswith("run nbenv kernelspec.")
    write_kernelspec()
    good, message = checked()["Jupyter"]
    assert good
    assert str(tmp_path / "data" / "kernels" / "nbenv") in message
