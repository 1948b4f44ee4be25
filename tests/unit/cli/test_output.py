"""Output for people without a terminal, for programs and for kernels."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from nbenv.cli.output import Events, Json, Output, Text, output_for
from nbenv.core.lock import Change
from nbenv.core.plain_text import HIDDEN, Payload, safe
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.progress import Outcome, Progress, Table

TABLE = Table(("Package", "Version"), (("six", "1.0"), ("[red]x[/red]", "2")), ("whole", "text"))
CHANGE = Change("six", None, "1.0")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["list", "a.ipynb"], Text),
        (["list", "--json"], Json),
        (["install", "--events", "--json"], Events),
        (["pip", "--", "list", "--json"], Text),
        ([], Text),
    ],
)
def test_options_choose_the_output(words: Sequence[str], kind: type[Output]) -> None:
    assert type(output_for(words)) is kind


def test_control_characters_and_passwords_are_not_shown() -> None:
    assert safe("a\x1b[2Jb\r\tc\nd\u202ee") == r"a\x1b[2Jb\x0d" + "\tc\nd" + r"\u202ee"
    assert safe("see https://me:secret@host.example/x") == "see https://host.example/x"


# -- for people, without a terminal


def test_plain_results_and_progress(capsys: pytest.CaptureFixture[str]) -> None:
    output = Text()
    output.progress(Progress("install", "Installing…", 1, 2))
    output.result(Outcome("Done.", "+ six 1.0\nok  fine", (CHANGE,)), {"+": "green"})
    output.error(NbenvError("It failed.", "Because.", "Try \x1b again."))
    out, err = capsys.readouterr()
    assert out == "+ six 1.0\nok  fine\nDone.\n"
    assert err == "Installing…\nIt failed.\nBecause.\nTry \\x1b again.\n"


def test_bytes_alone_are_no_new_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = Text()
    for done in (1, 2, 3):
        text.progress(Progress("install", "Downloading a…", done, 3))
    text.progress(Progress("install", "Installed 1 package"))
    assert capsys.readouterr().err == "Downloading a…\nInstalled 1 package\n"


def test_plain_tables_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    Text().result(Outcome(text=str(TABLE), table=TABLE), {})
    assert capsys.readouterr().out == "Package       Version\nsix           1.0\n[red]x[/red]  2\n"


def test_quiet_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    Text(quiet=True).progress(Progress("install", "Installing…"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "output", [Text(), Text(quiet=True), Json()], ids=["text", "quiet", "json"]
)
def test_what_must_be_seen_is_always_shown(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.progress(Progress("approve", "Approving this:\nan index\x1b", lasting=True))
    assert capsys.readouterr() == ("", "Approving this:\nan index\\x1b\n")


def test_what_must_be_seen_stays_below_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    Events().progress(Progress("approve", "Approving this.", lasting=True))
    assert json.loads(capsys.readouterr().out) == {"type": "text", "text": "Approving this."}


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    for output in (Text(), Json(), Events()):
        assert output.ask("Install six") is None


@pytest.mark.parametrize("option", ["--json", "--events"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16", "gbk"])
def test_json_is_utf_8_in_any_code_page(
    monkeypatch: pytest.MonkeyPatch, option: str, encoding: str
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\r\n")
    monkeypatch.setattr(sys, "stdout", stream)
    output_for(["status", option]).error(NbenvError("é 中 \ud800"))
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    written = stream.buffer.getvalue()
    assert json.loads(written.decode("utf-8"))
    assert "é 中".encode() in written
    assert b"\r" not in written


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_what_an_encoding_lacks_is_replaced(errors: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=errors)
    monkeypatch.setattr(sys, "stdout", stream)
    output_for([]).result(Outcome("Wrote é → …"), {})
    output_for(["--json"]).result(Outcome(data={"é": "…"}), {})
    stream.seek(0)
    first, rest = stream.read().split("\n", 1)
    assert first == "Wrote ? ? ?"
    assert json.loads(rest) == {"é": "…"}


# -- for programs


def lines(capsys: pytest.CaptureFixture[str]) -> list[object]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    output = Json()
    output.progress(Progress("install", "Installing…"))
    output.result(Outcome("Done.", "text", data={"a": ["https://me:secret@host.example"]}), {})
    assert json.loads(capsys.readouterr().out) == {"a": ["https://host.example"]}
    output.result(Outcome("Done.", "text"), {})
    assert json.loads(capsys.readouterr().out) == {"text": "text"}
    output.error(NbenvError("It failed.", "Because."))
    assert json.loads(capsys.readouterr().out) == {
        "error": {"kind": "Nbenv", "what": "It failed.", "why": "Because.", "todo": ""}
    }


def test_events_have_sizes_only_where_they_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    output = Events()
    output.progress(Progress("install", "Installing…"))
    output.progress(Progress("install", "Installing…", 0, 200))
    plain = {"type": "progress", "phase": "install", "message": "Installing…"}
    assert lines(capsys) == [plain, {**plain, "done": 0, "total": 200}]


def test_events_end_with_a_result_or_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    output = Events()
    outcome = Outcome(
        "Done.", "text", (CHANGE,), {"a": 1}, "x-1", {"six": ["six"]}, ("x.pth",), True
    )
    output.result(outcome, {})
    output.error(ApprovalNeededError("Not yet."))
    change = {"name": "six", "old": None, "new": "1.0", "imports": ["six"]}
    assert lines(capsys) == [
        {"type": "text", "text": "text"},
        {
            "type": "result", "summary": "Done.", "changes": [change], "environment": "x-1",
            "data": {"a": 1}, "pth": ["x.pth"], "replaced": True,
        },
        {
            "type": "error", "kind": "ApprovalNeeded", "what": "Not yet.", "why": "", "todo": "",
            "message": "Not yet.", "status": 3,
        },
    ]  # fmt: skip


def test_rich_is_not_imported_without_a_terminal() -> None:
    code = """
import sys
from nbenv.cli.main import main
commands = (["envs"], ["prune", "--dry-run"], ["status", "none.ipynb"], ["frobnicate"], ["list"],
            ["envs", "--json"], ["list", "none.ipynb", "--events"])
print([main(words) for words in commands], file=sys.stderr)
assert not [name for name in sys.modules if name.partition(".")[0] == "rich"]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[0, 0, 1, 2, 2, 0, 1]"


# -- messages and payload

HOSTILE = "yanked: \x9b2J\u202e\u200b\x1b]0;x\x07 https://me:secret@host.example"


@pytest.mark.parametrize("kind", [Text, Json, Events])
def test_foreign_text_is_escaped_on_every_way_out(
    kind: Callable[[], Output], capsys: pytest.CaptureFixture[str]
) -> None:
    output = kind()
    table = Table(("a",), ((HOSTILE,),), ("text",))
    output.progress(Progress("install", HOSTILE))
    output.result(Outcome(HOSTILE, HOSTILE, data={HOSTILE: [HOSTILE]}, table=table), {})
    output.error(NbenvError(HOSTILE, HOSTILE, HOSTILE))
    written = "".join(capsys.readouterr())
    assert "host.example" in written
    assert "secret" not in written
    assert not HIDDEN.search(written)


@pytest.mark.parametrize("kind", [Json, Events])
def test_a_payload_in_json_is_equal_and_harmless(
    kind: Callable[[], Output], capsys: pytest.CaptureFixture[str]
) -> None:
    kind().result(Outcome(text=Payload(HOSTILE), data={"text": Payload(HOSTILE)}), {})
    written = capsys.readouterr().out
    assert not HIDDEN.search(written)
    found = json.loads(written if kind is Json else written.splitlines()[-1])
    assert (found if kind is Json else found["data"])["text"] == HOSTILE


def test_below_a_cell_nothing_is_drawn_and_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    text = Text()
    text.progress(Progress("resolve", "Resolving…"))
    assert text.ask("Go on") is None
    text.close()
    assert capsys.readouterr().err == "Resolving…\n"
