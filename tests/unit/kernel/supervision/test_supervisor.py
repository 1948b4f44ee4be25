"""The process that runs one command after the other in the place of one kernel."""

from __future__ import annotations

import glob
import os
import subprocess
import sys
import tempfile

import psutil
import pytest

from nbenv.kernel.guest import boot

START = (
    "import os, sys; from nbenv.kernel.become import replace_process; "
    "replace_process([sys.executable, '-c', sys.argv[1]], dict(os.environ))"
)
LAUNCHER = (
    "import os, sys; from nbenv.kernel import become; become.notice_supervisor(); "
    "assert 'NBENV_SUPERVISOR' not in os.environ; "
    "print(become.kernel_process()); sys.stdout.flush(); "
    "become.replace_process([sys.executable, '-c', sys.argv[1]], {**os.environ, 'A': 'é'})"
)
GUEST = (
    "import os, sys; sys.path.insert(0, %r); import boot; "
    "print(boot.load('handover').kernel_process()); sys.stdout.flush(); "
    "boot.load('handover').become([sys.executable, '-c', %r, %r], boot.variables)"
)
LAST = "import os; print(os.getppid(), os.environ.get('A')); raise SystemExit(5)"


def ran(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", START, code],
        env={**os.environ, "NBENV_SUPERVISE": "1", "PYTHONUTF8": "1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def left_behind() -> list[str]:
    return glob.glob(os.path.join(tempfile.gettempdir(), "nbenv-*.next"))


def test_what_a_kernel_and_a_launcher_leave_is_run_in_their_place() -> None:
    folder = os.path.dirname(os.path.abspath(boot.__file__))
    done = ran(GUEST % (folder, LAUNCHER, LAST))
    assert done.returncode == 5, done.stderr
    *numbers, parent, text = done.stdout.split()
    assert text == "é"
    assert parent != str(os.getpid())
    assert numbers == [parent, parent]  # of one kernel to its client, whatever process it is
    assert left_behind() == []


@pytest.mark.parametrize("odd", ["", "/tmp/x", "x /tmp/x", "-1 /tmp/x"])
def test_a_supervisor_that_nobody_can_be_is_none(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbenv.kernel import become

    for name in ("_relay", "_supervisor"):
        monkeypatch.setattr(become, name, getattr(become, name))
    monkeypatch.setenv("NBENV_SUPERVISOR", odd)
    become.notice_supervisor()
    assert "NBENV_SUPERVISOR" not in os.environ
    assert (become.kernel_process(), become._relay) == (os.getpid(), "")


def test_the_kernels_parent_is_the_supervisor_that_its_variables_name() -> None:
    code = (
        "import os; print(os.getppid(), os.environ['JPY_PARENT_PID'], os.environ['NBENV_SERVER'])"
    )
    own, parent, server = ran(code, JPY_PARENT_PID="77").stdout.split()
    assert (parent, server) == (own, f"{own}:77")


def test_a_status_that_nobody_meant_is_the_end() -> None:
    assert ran(f"raise SystemExit({boot.load('handover').AGAIN})").returncode == 83


def test_a_program_that_is_not_there_is_an_error(tmp_path: object) -> None:
    from nbenv.kernel.supervision.supervisor import supervise

    with pytest.raises(FileNotFoundError):
        supervise([f"{tmp_path}/python"], {})


def test_a_supervised_launcher_finds_out_before_it_leaves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    from nbenv.kernel import become

    monkeypatch.setattr(become, "_relay", f"{tmp_path}/relay")
    with pytest.raises(FileNotFoundError):
        become.replace_process([f"{tmp_path}/python"], {})
    assert not os.path.exists(f"{tmp_path}/relay")


def test_the_end_of_the_client_is_that_of_the_kernel() -> None:
    code = (
        "import os, subprocess, sys; "
        "from tests.unit.kernel.supervision import test_supervisor as t; "
        "environ = {**os.environ, 'NBENV_SUPERVISE': '1', 'JPY_PARENT_PID': str(os.getpid())}; "
        "kernel = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'; "
        "words = [sys.executable, '-c', t.START, kernel]; "
        "child = subprocess.Popen(words, env=environ, stdout=-1); "
        "print(child.stdout.readline().decode(), flush=True); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    kernel = psutil.Process(int(done.stdout))
    assert psutil.wait_procs([kernel], 30)[1] == []
