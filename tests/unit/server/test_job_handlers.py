"""Bodies of requests as jobs, and what no job may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tornado import web

from nbenv.server import job_handlers
from nbenv.server.jobs import Job


def made(**body: Any) -> Job:
    return job_handlers._job("/x/a.ipynb", body)


def refusal(**body: Any) -> str:
    with pytest.raises(web.HTTPError) as raised:
        made(**body)
    assert raised.value.status_code == 400
    return str(raised.value)


def test_a_body_becomes_a_job() -> None:
    job = made(verb="install", words=["a", "b>=1"], flags=["upgrade"])
    assert (job.notebook, job.verb, job.changes) == ("/x/a.ipynb", "install", True)
    assert list(job.words) == ["--upgrade", "a", "b>=1"]


def test_looks_do_not_change() -> None:
    assert made(verb="install", words=["a"], flags=["dry-run"]).changes is False
    assert made(verb="outdated").changes is False
    assert made(verb="export", words=["pylock"]).changes is False


def test_a_word_that_an_option_takes() -> None:
    assert list(made(verb="restore", words=["3.12"]).words) == ["--python", "3.12"]
    assert list(made(verb="restore").words) == []


def test_an_index_whose_address_was_typed() -> None:
    job = made(verb="install", words=["a"], flags=["index=https://host.invalid/simple"])
    assert list(job.words) == ["--index=host-invalid=https://host.invalid/simple", "a"]
    for flag in ("index=file:///etc", "index=a=https://host.invalid", "index=https://a b", "index"):
        assert "does not take" in refusal(verb="install", words=["a"], flags=[flag])
    refusal(verb="upgrade", flags=["index=https://host.invalid/simple"])


@pytest.mark.parametrize("word", ["-e", "--index-url=x", "", "a\nb", "\x1b[2J"])
def test_no_word_is_an_option_or_steers_a_terminal(word: str) -> None:
    assert "cannot be used here" in refusal(verb="install", words=[word])


def test_a_refusal_shows_no_password() -> None:
    text = refusal(verb="install", words=["-x @ https://me:secret@host.invalid/x.whl"])
    assert "secret" not in text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verb": "prune"},
        {"verb": ["install"]},
        {"verb": "install", "words": "a"},
        {"verb": "install", "words": [1]},
        {"verb": "install", "flags": ["json"]},
        {"verb": "export", "words": ["nothing"]},
        {"verb": "export"},
    ],
)
def test_what_no_job_may_be(body: dict[str, Any]) -> None:
    refusal(**body)


def test_an_install_stays_below_the_root(contents: Any) -> None:
    notebook = str(Path(contents.root_dir) / "a.ipynb")
    inside = Job(notebook, "install", ["--upgrade", "pandas", "./project"])
    job_handlers._check_confined(contents, inside)
    job_handlers._check_confined(contents, Job(notebook, "uninstall", ["../project"]))
    with pytest.raises(web.HTTPError, match="outside of the server's folder"):
        job_handlers._check_confined(contents, Job(notebook, "install", ["../project"]))
