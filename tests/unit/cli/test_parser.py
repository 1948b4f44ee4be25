"""Parsing command lines: what is understood, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.cli.commands import COMMANDS, parse
from nbenv.errors import UsageError

NB = "a.ipynb"


def problem(*words: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        parse(words)
    return error.value


@pytest.mark.parametrize(
    ("line", "words", "options"),
    [
        ("install a.ipynb pandas>=2 six", ("pandas>=2", "six"), {"upgrade": False, "files": ()}),
        ("install a.ipynb -r r.txt -U six", ("six",), {"files": ("r.txt",), "upgrade": True}),
        ("install a.ipynb -Ur r.txt --requirement s.txt", (), {"files": ("r.txt", "s.txt")}),
        ("install six a.ipynb --index n=u --index=m=v", ("six",), {"indexes": ("n=u", "m=v")}),
        ("install a.ipynb -e . --pre --dry-run", (), {"editable": (".",), "pre": True}),
        ("install a.ipynb --any-index six", ("six",), {"any_index": True, "dry_run": False}),
        ("install a.ipynb -q --json six", ("six",), {"quiet": True, "json": True}),
        ("install a.ipynb -- six", ("six",), {}),
        ("uninstall a.ipynb six --dry-run", ("six",), {"dry_run": True}),
        ("upgrade a.ipynb", (), {"any_index": False}),
        ("restore a.ipynb --python 3.12", (), {"python": "3.12", "fallback": None}),
        ("restore a.ipynb --fallback dated", (), {"fallback": "dated"}),
        ("restore a.ipynb", (), {"python": None}),
        ("export a.ipynb", (), {"format": "requirements", "output": None, "serve": False}),
        ("export a.ipynb --format conda -o x", (), {"format": "conda", "output": "x"}),
        ("export a.ipynb --form pylock", (), {"format": "pylock"}),
        ("python a.ipynb 3.12", ("3.12",), {}),
        ("adopt a.ipynb --as-of auto --rewrite", (), {"as_of": "auto", "rewrite": True}),
        ("run a.ipynb -o b.html --python auto", (), {"output": "b.html", "python": "auto"}),
        ("run a.ipynb --adopt --yes", (), {"adopt": True, "yes": True, "as_of": None}),
        ("diff a.ipynb HEAD~1", ("HEAD~1",), {}),
        ("diff a.ipynb b.ipynb", ("b.ipynb",), {}),
        ("why a.ipynb six", ("six",), {}),
        ("pack a.ipynb --platform linux-x86_64", (), {"platform": ("linux-x86_64",)}),
        ("audit a.ipynb --service-url u", (), {"service_url": "u"}),
    ],
)
def test_documented_forms(line: str, words: tuple[str, ...], options: dict[str, object]) -> None:
    call = parse(line.split())
    assert (call.command, call.path, call.words) == (line.split()[0], NB, words)
    assert options.items() <= vars(call.options).items()


@pytest.mark.parametrize(
    ("line", "words", "options"),
    [
        ("verify a.ipynb b.ipynb --jobs 2", ("a.ipynb", "b.ipynb"), {"jobs": 2, "junit": None}),
        ("verify a.ipynb", ("a.ipynb",), {"jobs": 1}),
        ("unpack x.nbpack -o folder", ("x.nbpack",), {"output": "folder"}),
        ("git-config --global", (), {"everywhere": True, "remove": False}),
        ("git-merge a.ipynb b.ipynb c.ipynb d", ("a.ipynb", "b.ipynb", "c.ipynb", "d"), {}),
        ("approvals --revoke a.ipynb --revoke abcd", (), {"revoke": ("a.ipynb", "abcd")}),
        ("envs --sizes", (), {"sizes": True}),
        ("prune --dry-run", (), {"dry_run": True}),
        ("doctor", (), {}),
    ],
)
def test_forms_without_a_notebook(
    line: str, words: tuple[str, ...], options: dict[str, object]
) -> None:
    call = parse(line.split())
    assert (call.path, call.words) == ("", words)
    assert options.items() <= vars(call.options).items()


@pytest.mark.parametrize("hidden", ["--environment", "--detached", "--notebook"])
def test_a_cell_names_no_notebook(hidden: str) -> None:
    call = parse(["install", "--events", hidden, "x", "six"])
    assert (call.path, call.words, call.options.events) == ("", ("six",), True)
    assert parse(["diff", hidden, "x", "other.ipynb"]).words == ("other.ipynb",)
    assert parse(["pip", "--events", hidden, "x", "--", "install", "-r", "f"]).words == (
        "install", "-r", "f",
    )  # fmt: skip


# -- what is refused


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("status", "Which notebook?"),
        ("install six", "Which notebook?"),
        ("diff HEAD a.ipynb", "Which notebook?"),
        ("list a.ipynb b.ipynb", "Name one notebook only."),
        ("list a.ipynb six", "list does not take six."),
        ("list --notebook a.ipynb b.ipynb", "list does not take b.ipynb."),
        ("why a.ipynb", "why needs the name of one package."),
        ("python a.ipynb 3.11 3.12", "python needs one version, such as 3.12."),
        ("diff a.ipynb b c", "diff compares a notebook with one other thing."),
        ("verify", "verify takes notebooks."),
        ("verify a.ipynb folder", "verify takes notebooks."),
        ("unpack", "unpack takes one pack."),
        ("git-merge a b", "git-merge is for git: see nbenv git-config."),
        ("approvals a.ipynb", "approvals does not take a.ipynb."),
        ("run --notebook a.ipynb", "run works only in a terminal."),
        ("verify --environment a", "verify works only in a terminal."),
        ("verify a.ipynb --jobs 0", "--jobs must be at least 1."),
        ("verify a.ipynb --jobs two", "--jobs needs a whole number."),
        ("install a.ipynb -r", "-r/--requirement needs a value."),
        ("install a.ipynb --pre=3", "--pre takes no value."),
        ("adopt a.ipynb --d x", "adopt takes notebooks and folders."),
        ("list a.ipynb --e", "Unknown option: --e."),
        ("run a.ipynb --a", "--a could mean --adopt or --as-of."),
        ("install a.ipynb --bogus -Z", "Unknown options: --bogus -Z."),
        ("--quiet status a.ipynb", "Unknown option: --quiet."),
    ],
)
def test_refusals(line: str, what: str) -> None:
    error = problem(*line.split())
    assert error.what == what
    assert error.exit_status == 2


def test_options_may_be_abbreviated() -> None:
    assert parse(["adopt", NB, "--rew"]).options.rewrite
    assert parse(["export", NB, "--form=conda"]).options.format == "conda"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("instal a.ipynb", "install"),
        ("Install a.ipynb", "install"),
        ("stauts a.ipynb", "status"),
        ("remove a.ipynb", "uninstall"),
        ("add a.ipynb", "install"),
        ("git-confg", "git-config"),
        ("inst", "install"),
        ("--vesion", "--version"),
        ("--Help", "--help"),
        ("install a.ipynb --upgrad-e", "--upgrade"),
        ("install a.ipynb --dryrun", "--dry-run"),
        ("restore a.ipynb --pyhton=3.12", "--python"),
        ("list a.ipynb --jsno", "--json"),
        ("list a.ipynb --hlep", "--help"),
        ("export a.ipynb --format pylok", "pylock"),
        ("export a.ipynb --format=Conda", "conda"),
        ("restore a.ipynb --fallback bild", "build"),
        ("pack a.ipynb --platform linux", "linux-x86_64"),
    ],
)
def test_a_slip_gets_a_suggestion(line: str, meant: str) -> None:
    assert problem(*line.split()).what.endswith(f" Did you mean {meant}?")


@pytest.mark.parametrize("line", ["frobnicate", "git-tex", "list a.ipynb --zzz"])
def test_nothing_far_off_or_hidden_is_suggested(line: str) -> None:
    assert "git-text" not in str(problem(*line.split()))
    if line != "git-tex":
        assert "mean" not in str(problem(*line.split()))


def test_a_wrong_choice_names_them_all() -> None:
    assert problem("restore", NB, "--fallback", "x").todo == (
        "Choose from cpu, build, python, dated, newest."
    )


def test_no_words_get_the_help() -> None:
    error = problem()
    assert error.exit_status == 2
    assert all(f"\n  {name} " in error.why for name in ("install", "restore", "doctor"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("-h", "--help", "--hel"):
        with pytest.raises(SystemExit) as end:
            parse([name, flag])
        assert not end.value.code
        assert capsys.readouterr().out.startswith(f"usage: nbenv {name} ")


def test_help_and_version_need_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    from nbenv import __version__

    for word, beginning in (("--help", "usage: nbenv COMMAND"), ("-h", "usage: nbenv COMMAND"),
                            ("--version", f"nbenv {__version__}\n")):  # fmt: skip
        with pytest.raises(SystemExit) as end:
            parse([word])
        assert not end.value.code
        assert capsys.readouterr().out.startswith(beginning)


def test_adopt_takes_folders_and_several_notebooks(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert parse(["adopt", folder]).places == (folder,)
    assert parse(["adopt", folder, "a.ipynb", "--jobs", "2"]).places == (folder, "a.ipynb")
    one = parse(["adopt", "a.ipynb"])
    assert (one.places, one.path) == ((), "a.ipynb")
    assert not parse(["adopt", "--notebook", "a.ipynb"]).places
    with pytest.raises(UsageError, match="works only in a terminal"):
        parse(["adopt", "--yes", "--notebook", "a.ipynb"])
