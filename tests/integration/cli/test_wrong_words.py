"""Messages about what cannot be installed, as the real installer brings them about.

A person should read what is wrong in the words that were typed, and what to type instead.
"""

from __future__ import annotations

import http.server
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.integration.cli.test_verbs import installed
from tests.support.commands import nbenv_here
from tests.support.index import LocalIndex

JARGON = (
    "your project", "split (", "markers", "python_full_version", "nbenv-notebook", "unsatisfiable",
    "we can conclude", "package registry", "requires-python", "Traceback", "\x1b", "hint:",
)  # fmt: skip
TOGETHER = "These requirements cannot be met together."


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    """Return an index with packages for each thing that can go wrong."""
    index.wheel("ipykernel", "7.1", requires=["tornado>=6.2"])
    index.remove("ipykernel-7.0-py3-none-any.whl")
    for version in ("5.1", "6.5"):
        index.wheel("tornado", version)
    for version in ("1.19", "1.26", "2.1"):
        index.wheel("numpy", version)
    for version in ("2.0", "2.1", "2.2"):
        index.wheel("pandas", version, requires=["numpy>=1.26"], extras={"excel": []})
    index.wheel("old", "1.0", requires=["numpy<1.20"])
    index.wheel("user-of-old", "1.0", requires=["old"])
    index.wheel("old-kernel", "1.0", requires=["tornado<6"])
    index.wheel("broken", "1.0", requires=["no-such-dependency"])
    index.wheel("new", "1.0", requires_python=">=3.99")
    index.wheel("new", "0.5")
    index.wheel("other-system", "1.0", tag="cp311-cp311-win_amd64")
    index.wheel("other-python", "1.0", tag="cp38-cp38-manylinux_2_17_x86_64")
    index.wheel("other-both", "1.0", tag="cp39-cp39-win_amd64")
    index.wheel("other-one", "1.0", tag="cp39-cp39-win_amd64")
    index.wheel("other-one", "1.0", tag="cp310-cp310-manylinux_2_17_x86_64")
    index.wheel("withdrawn", "1.0", yanked="it was\x1b[31m wrong")
    index.wheel("early", "1.0b1")
    index.sdist("sklearn", "0.0", fails="use scikit-learn")
    index.sdist("needs-compiler", "1.0", fails="error: command 'gcc' failed: No such file")
    return index


def refuse(notebook: Path, *words: str) -> str:
    """Try to install; return the message, with nothing changed."""
    before = notebook.read_bytes()
    done = nbenv_here("install", notebook, *words, "-q")
    assert done.status == 1, (done.out, done.err)
    assert notebook.read_bytes() == before
    assert not [jargon for jargon in JARGON if jargon in done.err], done.err
    assert len(done.err) < 1000
    return done.err


# -- names and versions


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("cv2", ["cv2 was not found on the index.", "Did you mean opencv-python?"]),
        ("PIL", ["PIL was not found on the index.", "Did you mean pillow?"]),
        ("numpi", ["numpi was not found on the index.", "Did you mean numpy?"]),
        ("matplotlib.pyplot", ["Did you mean matplotlib?"]),
        ("scikit learn", ["'scikit learn' is not a requirement.", "Did you mean scikit-learn?"]),
        ("unheard-of-thing", ["unheard-of-thing was not found on the index.", "--index NAME=URL"]),
        ("os", ["os is part of Python 3.11"]),
        ("broken", ["no-such-dependency was not found", "broken requires it."]),
        ("pandas==99", ["There is no version 99 of pandas.", "are 2.2, 2.1 and 2.0."]),
        ("pandas>=3", ["no version of pandas that meets pandas>=3.", "2.2, 2.1 and 2.0."]),
        ("early==1.0", ["There is no version 1.0 of early.", "1.0b1"]),
        ("new==1.0", ["new 1.0 is not for Python 3.11.", "It needs Python 3.99 or later.", "0.5"]),
        ("other-system", ["other-system 1.0 cannot be", "for Windows (amd64) only"]),
        ("other-python", ["for Python 3.8 only", "%nbenv python 3.8"]),
        ("other-both", ["other-both 1.0 cannot be installed on this", "for Windows (amd64) only"]),
        ("other-one", ["with this Python", "for Python 3.10 only", "%nbenv python 3.10"]),
        ("withdrawn", ["withdrawn by its authors", "ask for another version"]),
        ("sklearn", ["sklearn on the index is a deprecated name", "%nbenv install scikit-learn"]),
        ("needs-compiler", ["Failed to build `needs-compiler==1.0`.", "It needs a compiler"]),
        ("pandas=1.5", ["'pandas=1.5' is not a requirement.", "Did you mean 'pandas==1.5'?"]),
        ("\u201cpandas\u201d", ["Did you mean pandas?"]),
        ("python==3.9", ["Python is not a package", "%nbenv python 3.9 "]),
        ("python=3.9", ["Python is not a package", "%nbenv python 3.9 "]),
        ("nbenv", ["nbenv is not installed into a notebook"]),
        ("r.txt", ["r.txt is the name of a file, not of a package.", "-r r.txt"]),
        ("pytoolz/toolz", ["no folder pytoolz/toolz", "git+https://HOST/pytoolz/toolz"]),
        ("\u2014upgrade", ["typographic dash", "Did you mean --upgrade?"]),
        ("pandas\u00a0", ["Did you mean pandas?"]),
        ("pandas>2,<1", [TOGETHER, "asks for pandas<1 and pandas>2, and no version is both."]),
    ],
)
def test_what_cannot_be_installed(
    stocked: LocalIndex, notebook: Path, typed: str, lines: list[str]
) -> None:
    message = refuse(notebook, typed)
    assert not [line for line in lines if line.lower() not in message.lower()], message


def test_two_words_for_one_name(stocked: LocalIndex, notebook: Path) -> None:
    assert "Did you mean scikit-learn?" in refuse(notebook, "scikit", "learn")
    assert "Did you mean 'pandas==1.5'?" in refuse(notebook, "pandas", "1.5")
    assert "%nbenv python 3.9 " in refuse(notebook, "pandas", "python", "3.9")


def test_the_guess_is_not_installed(stocked: LocalIndex, notebook: Path) -> None:
    stocked.wheel("opencv-python", "4.0")
    refuse(notebook, "cv2")
    assert installed(notebook) == {}


def test_a_package_with_the_name_of_anothers_module(stocked: LocalIndex, notebook: Path) -> None:
    stocked.wheel("attr", "0.3")
    done = nbenv_here("install", notebook, "attr", "-q")
    assert "attr is another package than attrs, which has the module attr." in done.out


def test_what_is_part_of_python_is_left_out(stocked: LocalIndex, notebook: Path) -> None:
    done = nbenv_here("install", notebook, "asyncio", "numpy", "-q")
    assert (done.status, done.out) == (
        0,
        "Installed numpy 2.1. asyncio is part of Python 3.11 and not installed.\n",
    )


def test_a_misspelt_extra_and_a_withdrawn_version_are_said(
    stocked: LocalIndex, notebook: Path
) -> None:
    done = nbenv_here("install", notebook, "pandas[exel]", "withdrawn==1.0", "-q")
    assert done.status == 0
    assert "pandas 2.2 has no extra named exel." in done.err
    assert "Did you mean pandas[excel]?" in done.out
    assert "withdrawn 1.0 was withdrawn by its authors: it was" in done.err


# -- conflicts


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            ["pandas", "numpy<1.20"],
            "Every version of pandas needs numpy>=1.26, but this notebook asks for numpy<1.20.",
        ),
        (
            ["pandas==2.2", "user-of-old"],
            "user-of-old needs old, which needs numpy<1.20, but pandas 2.2 needs numpy>=1.26.",
        ),
        (
            ["tornado<6"],
            "The kernel itself (ipykernel) needs tornado>=6.2, but this notebook asks for "
            "tornado<6.",
        ),
        (["old-kernel"], "Every version of old-kernel needs tornado<6, but the kernel itself"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_the_two_that_clash(
    stocked: LocalIndex, notebook: Path, asked: list[str], sentence: str
) -> None:
    what, why, _ = refuse(notebook, *asked).splitlines()
    assert what == TOGETHER
    ways = {sentence, _turned(sentence)}
    assert any(each in why for each in ways), why


def _turned(sentence: str) -> str:
    """Return a sentence with its halves exchanged: which one uv names first is its choice."""
    one, _, other = sentence.rstrip(".").partition(", but ")
    one = one if one.startswith("user-of") else one[0].lower() + one[1:]
    first = other[0].upper() if other.startswith(("the", "this", "every")) else other[0]
    return f"{first}{other[1:]}, but {one}."


def test_a_clash_with_what_was_asked_for_before(stocked: LocalIndex, notebook: Path) -> None:
    assert nbenv_here("install", notebook, "numpy<1.20", "-q").status == 0
    assert "this notebook asks for numpy<1.20" in refuse(notebook, "pandas")


# -- indexes that cannot be used


@contextmanager
def answering(status: int, body: bytes = b"", **headers: str) -> Iterator[str]:
    """Yield the URL of a server that gives everybody the same answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with suppress(ConnectionError):  # uv may have read enough
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def closed_port(*, dropping: bool) -> Iterator[str]:
    """Yield the URL of a port that refuses connections, or drops them like a firewall."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        if dropping:
            server.listen(0)
            for _ in range(4):  # more than its queue takes
                full = stack.enter_context(socket.socket())
                full.setblocking(False)
                full.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple/"


def refuse_soon(notebook: Path, *words: str) -> str:
    """Fail before anybody gives up: in 1 to 4 seconds, or longer where other work goes on."""
    began = time.monotonic()
    message = refuse(notebook, *words)
    assert time.monotonic() - began < 20
    assert TOGETHER not in message
    return message


@pytest.fixture
def impatient(index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> LocalIndex:
    """Return an index that nbenv asks with its own settings, not with those of tests."""
    monkeypatch.delenv("UV_HTTP_RETRIES")
    return index


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "requires credentials"),
        (403, "requires credentials"),
        (404, "ipykernel, which every notebook needs"),
        (407, "The proxy asks for credentials"),
        (429, "It was asked too often."),
        (503, "answers 503 (Service Unavailable)"),
    ],
)
def test_a_server_that_refuses(
    impatient: LocalIndex,
    notebook: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    words: str,
) -> None:
    with answering(status) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        assert words in refuse_soon(notebook, "numpy")


@pytest.mark.parametrize("status", [401, 403])
def test_a_further_index_that_refuses(
    impatient: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with answering(status) as url:
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", url)
        message = refuse_soon(notebook, "in-house")
        assert "requires credentials" in message
        assert url.rstrip("/") in message
    with answering(404) as url:
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", url)
        assert "in-house was not found" in refuse_soon(notebook, "in-house")


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
def test_a_page_to_log_in(
    impatient: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with answering(200, b"<html><form>Welcome!</form></html>", Content_Type=kind) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        assert "log in" in refuse_soon(notebook, "numpy")


@pytest.mark.parametrize("dropping", [False, True], ids=["refusing", "dropping"])
@pytest.mark.parametrize("place", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY"])
def test_nothing_answers(
    impatient: LocalIndex,
    notebook: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    dropping: bool,
) -> None:
    with closed_port(dropping=dropping) as url:
        monkeypatch.setenv(place, url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        message = refuse_soon(notebook, "numpy")
    assert "This machine is offline, or the index is down." in message
    assert url.rstrip("/") in message


@pytest.mark.parametrize(
    "words",
    [
        ["x @ {}x-1.0-py3-none-any.whl"],
        ["{}x-1.0.tar.gz"],
        ["git+{}x.git"],
        ["-r", "{}r.txt"],
    ],
    ids=" ".join,
)
def test_an_address_does_not_answer(
    impatient: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with closed_port(dropping=True) as url:
        message = refuse_soon(notebook, *(word.format(url) for word in words))
    assert "be reached" in message
    assert "index" not in message


def test_a_host_that_does_not_exist(
    impatient: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://no-such-host.invalid/simple/")
    assert "this machine is offline, or the address is wrong" in refuse_soon(notebook, "x")


def test_a_slow_index_is_waited_for(impatient: LocalIndex, notebook: Path) -> None:
    impatient.wheel("numpy", "1.0")
    impatient.stall = 1.6  # for each page and file: longer than the check waits for a connection
    assert nbenv_here("install", notebook, "numpy", "-q").status == 0
    assert installed(notebook)["numpy"] == "1.0"
