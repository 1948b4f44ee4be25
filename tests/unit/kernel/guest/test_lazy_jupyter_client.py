"""A package without its own code, until it or any module of it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.kernel.guest.conftest import GUEST

PACKAGE = {
    "__init__.py": "from .core import *\nfrom . import heavy\nanswer = 42\n",
    "core.py": "def wanted():\n    return __name__\n",
    "heavy.py": "from made import wanted\nfrom .late import of_package\n",
    "late.py": "import made\nof_package = made.wanted\n",
}
DEFERRED = """\
import sys; sys.path[:0] = [{guest!r}, {folder!r}]
from lazy_jupyter_client import defer
deferred = defer('made', {{'wanted': 'core', 'absent': 'core'}})
import made, made.core; assert 'made.heavy' not in sys.modules
assert made.wanted() == 'made.core' and 'made.heavy' not in sys.modules
held = made; del made
"""
RELEASED = f"{DEFERRED}assert not deferred.is_missed; deferred.release(); finders = sys.meta_path\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a package."""
    (tmp_path / "made").mkdir()
    for name, text in PACKAGE.items():
        (tmp_path / "made" / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, code: str, use: str) -> None:
    start = code.format(guest=str(GUEST), folder=str(folder))
    subprocess.run([sys.executable, "-c", f"{start}{use}"], check=True)


@pytest.mark.parametrize(
    "use",
    [
        "import made; assert made.answer == 42",
        "import made.heavy as m; assert m.__name__ == 'made.heavy'; import made",
        "import made.late; assert made.late.of_package",
        "import made.core; assert made.answer == 42",
        "from made import answer; assert answer == 42; import made",
        "from made import *; assert answer == 42 and wanted; import made",
        "from made import heavy; import made; assert made.heavy is heavy",
        "from importlib import import_module as i; i('made.late'); made = i('made')",
        "import made; assert 'answer' in dir(made) and 'answer' in vars(made)",
        "import made; assert not hasattr(made, 'absent') and made.answer == 42",
        "import made, importlib; assert importlib.reload(made) is made and made.answer == 42",
        "import made, importlib.util as u; assert u.find_spec('made') is made.__spec__",
        "import importlib.util as u; assert type(u.find_spec('made').loader).__name__ =="
        " 'SourceFileLoader'; assert 'made.heavy' not in sys.modules; import made",
        "assert held.answer == 42; import made",
        "assert 'answer' in dir(held); import made",
        "import made, inspect; assert 'answer = 42' in inspect.getsource(made)",
        "import made, pkgutil as p; assert len(list(p.iter_modules(made.__path__))) == 3",
        "for name in ('made.core', 'made.heavy'): sys.modules.pop(name, None)\nimport made",
    ],
)
def test_whoever_imports_it_gets_all_of_it(folder: Path, use: str) -> None:
    whole = (
        "\nassert made is sys.modules['made'] is held and made.heavy and deferred not in finders\n"
        "assert made.__loader__ is made.__spec__.loader and '__getattr__' not in vars(made)\n"
        "assert not vars(made.__loader__).keys() & {'exec_module', 'create_module'}"
    )
    run(folder, RELEASED, use + whole)


@pytest.mark.parametrize(
    "use",
    [
        "import made; made.unknown",
        "from made import heavy",
        "import made.late; made.late.of_package; from made import answer",
    ],
)
def test_what_it_lacks_while_it_is_bare_is_noticed(folder: Path, use: str) -> None:
    """Whatever becomes of it: also an error that someone catches."""
    attempt = f"try: {use}\nexcept (ImportError, AttributeError): pass\nassert deferred.is_missed"
    run(folder, DEFERRED, attempt)


def test_its_own_error_is_raised_each_time_until_it_is_gone(folder: Path) -> None:
    heavy = folder / "made" / "heavy.py"
    heavy.write_text("import not_installed", encoding="utf-8")
    use = (
        "for name in ('made', 'made.late', 'made'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError as error: assert error.name == 'not_installed'\n"
        "    else: raise SystemExit(1)\n"
        "    assert 'made' not in sys.modules\n"
        f"open({str(heavy)!r}, 'w').close(); sys.path_importer_cache.clear()\n"
        "import made; assert made is held and made.answer == 42"
    )
    run(folder, RELEASED, use)


def test_a_cell_that_may_look_at_modules_gets_it_first(folder: Path) -> None:
    use = (
        "from types import SimpleNamespace as N; hooks = []\n"
        "events = N(register=lambda _, hook: hooks.append(hook),"
        " unregister=lambda _, hook: hooks.remove(hook))\n"
        "deferred.watch(N(events=events)); [before] = hooks\n"
        "before(N(raw_cell='1 + 1')); assert 'made' not in sys.modules and hooks\n"
        "before(N(raw_cell=\"sys.modules['made']\")); assert sys.modules['made'] is held\n"
        "assert not hooks and held.answer == 42"
    )
    run(folder, RELEASED, use)


def test_what_cannot_be_deferred_is_left_alone(folder: Path) -> None:
    use = (
        "assert defer('not_installed') is defer('os') is None\n"
        "assert 'not_installed' not in sys.modules"
    )
    run(folder, DEFERRED, use)
