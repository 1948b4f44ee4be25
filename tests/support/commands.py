"""nbenv's command line as a child process."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from nbenv.__main__ import main

PATIENCE = 240.0
"""Seconds that a command may take."""


@dataclass(frozen=True)
class Done:
    """The result of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON on its standard output."""
        return json.loads(self.out)


def nbenv(*words: object, environ: Mapping[str, str] | None = None) -> Done:
    """Run a command in a child process."""
    done = subprocess.run(
        [sys.executable, "-m", "nbenv", *map(str, words)],
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert not done.stderr.startswith("Traceback"), done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def nbenv_here(*words: object) -> Done:
    """Run a command in this process: the same code without starting Python."""
    out, err = io.StringIO(), io.StringIO()
    kept = sys.argv, signal.getsignal(signal.SIGTERM)
    sys.argv = ["nbenv", *map(str, words)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = main()
    finally:
        sys.argv = kept[0]
        signal.signal(signal.SIGTERM, kept[1])
    assert "This is a bug" not in err.getvalue(), err.getvalue()
    return Done(status, out.getvalue(), err.getvalue())


def succeed(*words: object, environ: Mapping[str, str] | None = None) -> Done:
    """Run a command that must succeed."""
    done = nbenv(*words, environ=environ)
    assert done.status == 0, done.err
    return done


def fail(*words: object, status: int = 1, environ: Mapping[str, str] | None = None) -> str:
    """Run a command that must fail with a message and no traceback; return the message."""
    done = nbenv(*words, environ=environ)
    assert done.status == status, (done.status, done.out, done.err)
    assert "This is a bug" not in done.err, done.err
    return done.err
