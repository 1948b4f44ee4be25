"""Unit tests of ``nbenv.adopt.python_code``."""

from __future__ import annotations

import pytest

from nbenv.adopt.code.facts import Call, CodeFacts, Import
from nbenv.adopt.python_code import analyse


def cell(source: str) -> CodeFacts:
    return analyse(source, is_cell=True)


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        ("import a.b as c, d", [Import("a.b"), Import("d")]),
        ("from a import b, c", [Import("a", ("b", "c"))]),
        ("from .. import b", [Import("", ("b",), 2)]),
        ("import importlib\nimportlib.import_module('a')", [Import("importlib"), Import("a")]),
        ("__import__('.a')", []),
        ("try:\n import a\nexcept ImportError:\n pass", [Import("a", optional=True)]),
        ("try:\n import a\nexcept ImportError:\n raise", [Import("a")]),
        ("try:\n import a\nexcept ValueError:\n pass", [Import("a")]),
        ("if TYPE_CHECKING:\n import a\nelse:\n import b", [Import("b")]),
        ("if IN_COLAB:\n import a\nelse:\n import b", [Import("b")]),
        ("if not IN_COLAB:\n import a", [Import("a")]),
        ("if 'COLAB_' not in ''.join(os.environ):\n import a\nelse:\n import b", [Import("a")]),
        ("if IN_COLAB == False:\n import a\nelse:\n import b", [Import("a")]),
        ("if find_spec('google.colab') is None:\n import a", [Import("a")]),
        ("if IN_COLAB and is_new:\n import a\nelse:\n import b", [Import("b")]),
        ("if not (IN_COLAB or HERE):\n import a", [Import("a")]),
        (
            "try:\n import google.colab\n import a\nexcept ImportError:\n import b",
            [Import("b")],
        ),
        ("try:\n import a, google.colab\nexcept:\n raise", [Import("a"), Import("google.colab")]),
        ("smuggle a as b", [Import("a")]),
        ("from a smuggle b", [Import("a", ("b",))]),
        ("smuggle = 1; smuggle", []),
        ("%time import a", [Import("a")]),
        ("%%time -q\nimport a", [Import("a")]),
    ],
)
def test_imports(source: str, imports: list[Import]) -> None:
    assert cell(source).imports == imports


def test_the_modules_of_an_import() -> None:
    assert Import("a", ("b", "*")).modules() == ["a", "a.b"]


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("!pip install a", "pip install a"),
        ("pip install a", "pip install a"),
        ("%pip install a", "pip install a"),
        ("%%bash\npip install a", "pip install a"),
        ("import os\nos.system('pip install a')", "pip install a"),
        ("subprocess.run(['pip', 'install', 'a'])", "pip install a"),
        ("subprocess.run([sys.executable, '-m', 'pip'])", "{sys.executable} -m pip"),
        ("pip.main(['install', 'a'])", "pip install a"),
        ("await micropip.install('a')", 'pip install "a"'),
        ("get_ipython().magic('%pip install a')", "pip install a"),
    ],
)
def test_commands(source: str, command: str) -> None:
    assert [each.strip() for each in cell(source).commands] == [command]


def test_commands_that_run_on_colab_only() -> None:
    facts = cell("if 'google.colab' in sys.modules:\n    !pip install a")
    assert (facts.commands, facts.colab_commands) == ([], ["pip install a"])


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    from google import colab\n    !pip install a\nexcept:\n    !pip install b",
        "try:\n    import google.colab\nexcept:\n    !pip install b\nelse:\n    !pip install a",
        "if 'google.colab' not in sys.modules:\n    !pip install b\nelse:\n    !pip install a",
        "if ON_COLAB != True:\n    !pip install b\nelse:\n    !pip install a",
    ],
)
def test_the_branch_of_everywhere_else_counts(source: str) -> None:
    facts = cell(source)
    assert (facts.commands, facts.conditional_commands) == (["pip install b"], [])
    assert facts.colab_commands == ["pip install a"]


def test_magics() -> None:
    facts = cell("%load_ext sql\n%matplotlib inline")
    assert facts.magics == [("load_ext", "sql"), ("matplotlib", "inline")]
    assert cell("%%R -i x\nlibrary(a)").cell_magics == [("R", "library(a)\n")]


def test_files_that_a_cell_writes() -> None:
    assert cell("%%writefile -a 'x.py'\nimport a").written_files == {"x.py": "import a\n"}


def test_literal_arguments_of_calls() -> None:
    [call] = cell("df.read('x.csv', 7, engine='c', index=True, n=1)").calls
    keywords = (("engine", "c"), ("index", "True"), ("n", ""))
    assert call == Call("df.read", ("x.csv", ""), keywords, ("x.csv", "c"), root="df")
    assert call.method == "read"


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("'a/' + name + '.xlsx'", "a/*.xlsx"),
        ("f'{folder}/x.nc'", "*/x.nc"),
        ("folder / 'x.xls'", "*x.xls"),
        ("os.path.join(folder, 'x.csv')", "*/x.csv"),
        ("Path('data') / 'x.ods'", "datax.ods"),
        ("f'postgresql://{user}@host'", "postgresql://*@host"),
    ],
)
def test_texts_that_are_put_together(argument: str, text: str) -> None:
    [read] = [call for call in cell(f"read({argument})").calls if call.name == "read"]
    assert read.paths == (text,)


@pytest.mark.parametrize(
    ("condition", "optional"),
    [
        ("ct.slycot_check()", True),
        ("importlib.util.find_spec('x') is not None", True),
        ("torch.cuda.is_available()", True),
        ("HAVE_X", True),
        ("sys.version_info[0] < 3", True),
        ("os.name == 'nt'", True),
        ("__name__ == '__main__'", False),
        ("True", False),
        ("sys.version_info >= (3, 8)", False),
    ],
)
def test_imports_under_a_condition(condition: str, optional: bool) -> None:
    [found] = cell(f"if {condition}:\n    import x").imports
    assert found.optional is optional


def test_names_and_values() -> None:
    facts = cell("import a.b as c, d.e\nfrom f import g as h\nfile = 'x.xls'\nread(file)")
    assert facts.aliases == {"c": "a.b", "d": "d", "h": "f.g"}
    assert (facts.texts, facts.calls[0].names) == ({"file": "x.xls"}, ("file",))


def test_properties_are_not_calls() -> None:
    facts = cell("df.style\ndf.style.hide().x")
    assert [each.name for each in facts.properties] == ["df.style", "df.style", "df.style.hide().x"]
    assert [each.name for each in facts.calls] == ["df.style.hide"]


def test_folders_on_the_path() -> None:
    facts = cell("sys.path.append('src')\nsys.path.insert(0, 'lib')")
    assert facts.paths == ["lib"]
    assert facts.late_paths == ["src"]
    found = cell(
        "sys.path.append(str(ROOT / 'src'))\nsys.path.insert(0, ROOT)\nsys.path.append(f'{x}/y')"
    )
    assert (found.paths, found.late_paths) == ([""], ["src", "y"])
    code = "here = os.path.abspath(os.path.join(os.getcwd(), '..'))\nsys.path.append(here)"
    assert cell(code).late_paths == [".."]
    code = "here = str(Path.cwd().parents[0] / 'py')\nsys.path.append(here)"
    assert cell(code).late_paths == ["py"]


@pytest.mark.parametrize("source", ["print 'a'", "a = = b", "\0"])
def test_what_is_not_python(source: str) -> None:
    with pytest.raises(SyntaxError):
        cell(source)


def test_a_file_has_no_magics() -> None:
    assert analyse("import a", is_cell=False).imports == [Import("a")]
    with pytest.raises(SyntaxError):
        analyse("%time import a", is_cell=False)
