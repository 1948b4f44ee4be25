"""The table of commands: each is complete, and an option is declared in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest
from tornado.web import HTTPError

from nbenv.cli.commands import COMMANDS, parse, perform
from nbenv.cli.declarations import Group, Option, Place
from nbenv.cli.options import COMMON, HIDDEN
from nbenv.cli.parser import parse_with
from nbenv.errors import UsageError
from nbenv.operations.adoption.adopt import AdoptOptions
from nbenv.operations.adoption.folder.adopt_folder import FolderOptions
from nbenv.operations.install import InstallRequest
from nbenv.progress import Outcome, Progress, Steps
from nbenv.server import job_handlers

FALLBACKS = {f"fallback={each}" for each in ("cpu", "build", "python", "dated", "newest")}
BY_A_PAGE = {
    "install": ({"dry-run", "upgrade", "pre", "any-index"}, "", True),
    "uninstall": ({"dry-run"}, "", True),
    "upgrade": ({"dry-run", "any-index"}, "", True),
    "restore": ({"dry-run", "no-sizes", *FALLBACKS}, "--python", True),
    "python": (set(), "", True),
    "undo": ({"dry-run"}, "", True),
    "redo": ({"dry-run"}, "", True),
    "record": ({"dry-run"}, "", True),
    "adopt": ({"dry-run", "sizes"}, "--as-of", True),
    "outdated": (set(), "", False),
    "export": (set(), "--format", False),
}
"""What the server accepts: flags, the option of its word, whether it changes the environment."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_complete(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.help == command.help.strip(".")
    assert command.perform.__doc__
    for option in (each for each in command.options if not each.hidden):
        assert option.help, option.name
        assert option.name.startswith("--")
    names = [each.dest for each in (*command.options, *COMMON, *HIDDEN)]
    flags = [flag for each in (*command.options, *COMMON, *HIDDEN) for flag in each.flags]
    assert len(set(names)) == len(names)
    assert len(set(flags)) == len(flags)


def test_words_of_other_tools_mean_one_command() -> None:
    others = [other for each in COMMANDS.values() for other in each.others]
    assert len(set(others)) == len(others)
    assert not set(others) & set(COMMANDS)


def test_only_what_git_and_kernels_call_is_hidden() -> None:
    hidden = {name for name, each in COMMANDS.items() if each.group is Group.HIDDEN}
    assert hidden == {"git-text", "git-merge", "pip"}


@pytest.mark.parametrize(
    ("name", "kinds"), [("install", (InstallRequest,)), ("adopt", (AdoptOptions, FolderOptions))]
)  # fmt: skip
def test_options_and_words_are_the_fields_of_the_request(
    name: str, kinds: tuple[type[InstallRequest | AdoptOptions | FolderOptions], ...]
) -> None:
    declared = {option.dest for option in COMMANDS[name].options}
    words = {COMMANDS[name].words.field} - {"words"}
    only_of_pip = ONLY_OF_PIP if name == "install" else set()
    found = {each.name for kind in kinds for each in fields(kind)}
    assert found - only_of_pip == declared | words


ONLY_OF_PIP = {
    "constraints", "upgrade_packages", "with_dependencies", "pre_packages", "reinstall_packages",
    "no_index", "prefer_binary", "require_hashes", "resolution", "trusted_hosts", "settings",
    "index_url",
}  # fmt: skip
"""Fields that pip's and uv's own words fill, and no option of nbenv's."""


# -- one declaration


@dataclass(frozen=True)
class FakeRequest:
    requirements: tuple[str, ...] = ()
    fake_index: tuple[str, ...] = ()
    fake_news: bool = False


FAKES = (
    Option(("--fake-index",), "also use this one", "URL", many=True),
    Option(("-N", "--fake-news"), "show the news", where=Place.ANYWHERE),
)


def test_an_option_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    install = COMMANDS["install"]
    faked = replace(install, options=(*install.options, *FAKES))
    call = parse_with(
        {"install": faked},
        ["install", "a.ipynb", "six", "--fake-index", "x", "-N", "--fake-index=y"],
    )
    assert call.request(FakeRequest) == FakeRequest(("six",), ("x", "y"), True)
    assert call.request(InstallRequest) == InstallRequest(requirements=("six",))
    with pytest.raises(UsageError, match="Did you mean --fake-news"):
        parse_with({"install": faked}, ["install", "a.ipynb", "--fake-nws"])

    body: dict[str, object] = {"verb": "install", "words": ["six"], "flags": ["fake-news"]}
    with pytest.raises(HTTPError, match="does not take fake-news"):
        job_handlers._job("a.ipynb", body)
    monkeypatch.setitem(job_handlers._VERBS, "install", faked)
    assert job_handlers._job("a.ipynb", body).words == ["--fake-news", "six"]
    with pytest.raises(HTTPError, match="does not take fake-index"):
        job_handlers._job("a.ipynb", {**body, "flags": ["fake-index"]})


def test_a_page_may_ask_for_this_and_no_more() -> None:
    on_pages = {
        name: (set(each.page_flags), each.page_option, each.changes)
        for name, each in COMMANDS.items()
        if Place.PAGE in each.where
    }
    assert on_pages == BY_A_PAGE
    assert set(job_handlers._VERBS) == set(BY_A_PAGE)


# -- performing


def test_perform_reports_progress_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(asked: bool | None) -> Steps[Outcome]:
        yield Progress("look", "Looking…")
        return Outcome("Done.", data=asked)

    command = replace(COMMANDS["envs"], perform=lambda call: steps(call.ask("Well")))
    monkeypatch.setitem(COMMANDS, "envs", command)
    seen: list[Progress] = []
    questions: list[str] = []

    def agree(question: str) -> bool:
        questions.append(question)
        return True

    outcome = perform(parse(["envs"]), seen.append, agree)
    assert (outcome.summary, outcome.data) == ("Done.", True)
    assert (seen, questions) == ([Progress("look", "Looking…")], ["Well"])
    assert perform(parse(["envs"])).data is None


def test_perform_takes_an_outcome_without_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Outcome("Done.")
    monkeypatch.setitem(COMMANDS, "envs", replace(COMMANDS["envs"], perform=lambda _: done))
    assert perform(parse(["envs"])) is done
