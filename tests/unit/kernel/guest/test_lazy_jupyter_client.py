"""A package without its own code, until something of it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.kernel.guest.conftest import GUEST

PACKAGE = {
    "__init__.py": "from .core import *\nfrom . import heavy\nanswer = 42\n",
    "core.py": "def wanted():\n    return __name__\n",
    "heavy.py": "",
}


@pytest.fixture
def code(tmp_path: Path) -> str:
    """Return the code that defers a made package."""
    for name, text in PACKAGE.items():
        (tmp_path / "made").mkdir(exist_ok=True)
        (tmp_path / "made" / name).write_text(text, encoding="utf-8")
    return (
        f"import sys; sys.path[:0] = [{str(GUEST)!r}, {str(tmp_path)!r}]\n"
        "from lazy_jupyter_client import defer\n"
        "defer('made', {'wanted': 'core', 'absent': 'core'})\n"
        "import made, made.core; assert 'made.heavy' not in sys.modules\n"
        "assert made.wanted() == 'made.core' and 'made.heavy' not in sys.modules\n"
    )


@pytest.mark.parametrize(
    "use",
    [
        "assert made.answer == 42",
        "from made import answer; assert answer == 42",
        "from made import *; assert answer == 42 and wanted",
        "assert made.heavy.__name__ == 'made.heavy'",
        "assert 'answer' in dir(made)",
        "assert not hasattr(made, 'absent') and made.answer == 42",
        "import importlib; assert importlib.reload(made).answer == 42",
        "import threading as t; found = []\n"
        "threads = [t.Thread(target=lambda: found.append(made.answer)) for _ in range(9)]\n"
        "[each.start() for each in threads]; [each.join() for each in threads]\n"
        "assert found == [42] * 9",
    ],
)
def test_what_is_asked_for_is_there(code: str, use: str) -> None:
    subprocess.run([sys.executable, "-c", f"{code}{use}\nassert made.heavy"], check=True)


def test_what_is_not_installed_stays_so() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(GUEST)!r})\n"
        "from lazy_jupyter_client import defer\n"
        "defer('not_installed'); defer('json'); import json\n"
        "assert 'not_installed' not in sys.modules and json.dumps(1) == '1'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
