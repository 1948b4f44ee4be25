"""Output: for people, as JSON, or as events for the kernel that runs the command.

What is drawn on a terminal is in `nbenv.cli.terminal`, which is imported only when there is
something to draw: elsewhere the same content is printed as plain lines.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol, TextIO

from nbenv.core.plain_text import HIDDEN, Payload, cleaned, escaped, safe
from nbenv.errors import NbenvError
from nbenv.progress import Outcome, Progress

if TYPE_CHECKING:
    from nbenv.cli.terminal import ProgressDisplay

__all__ = ["Events", "Json", "Output", "Text", "event_of", "output_for"]


class Output(Protocol):
    """One way to show what a command does."""

    def progress(self, progress: Progress) -> None:
        """Show what is going on."""

    def result(self, outcome: Outcome, colours: Mapping[str, str]) -> None:
        """Show the outcome; `colours` are those of lines that begin with certain words."""

    def error(self, error: NbenvError) -> None:
        """Show what went wrong."""

    def ask(self, question: str) -> bool | None:
        """Ask a person to approve; return None where there is nobody."""

    def close(self) -> None:
        """Remove what only showed progress."""


def output_for(words: Sequence[str]) -> Output:
    """Choose the output by `words`, which are not parsed yet: errors of parsing need it too."""
    _replace_unprintable()
    own = words[: words.index("--")] if "--" in words else words
    if "--events" in own or "--json" in own:
        _print_utf8()
        return Events() if "--events" in own else Json()
    return Text(quiet="-q" in own or "--quiet" in own)


def _print_utf8() -> None:
    """Print JSON for programs as UTF-8, as RFC 8259 wants it, whatever the system's encoding is."""
    if hasattr(sys.stdout, "reconfigure") and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def _replace_unprintable() -> None:
    """Let a stream that cannot encode a character print another one instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        errors = getattr(stream, "errors", None)
        # A C locale, and Wine, let names of files through that way, but nothing else.
        is_partial = errors == "surrogateescape" and not stream.encoding.lower().startswith("utf")
        if (errors == "strict" or is_partial) and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _ask(question: str) -> bool | None:
    if _is_in_cell() or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    print(f"{safe(question)}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


class Text:
    """For people: results on standard output, progress and errors on standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._display: ProgressDisplay | None = None
        self._last = ""

    def progress(self, progress: Progress) -> None:
        """Update the display of a terminal; elsewhere print line by line."""
        if progress.lasting:
            self.close()
            _print_lasting(progress)
            return
        if self._quiet:
            return
        if not _can_draw(sys.stderr):
            if progress.message != self._last:  # else only more bytes have come
                print(safe(progress.message), file=sys.stderr, flush=True)
            self._last = progress.message
            return
        if self._display is None:
            from nbenv.cli.terminal import ProgressDisplay

            self._display = ProgressDisplay()
        self._display.show(safe(progress.message), progress.done, progress.total)

    def result(self, outcome: Outcome, colours: Mapping[str, str]) -> None:
        """Print what was asked for, then one short line."""
        self.close()
        if outcome.table and _can_draw(sys.stdout):
            from nbenv.cli import terminal

            terminal.print_table(outcome.table.map(safe))
            if outcome.below:
                _print(outcome.below, colours)
        elif isinstance(outcome.text, Payload):
            _print_payload(outcome.text)
        elif outcome.text:
            _print(outcome.text, colours)
        if outcome.summary:
            _print_summary(outcome)

    def error(self, error: NbenvError) -> None:
        """Print the one message."""
        self.close()
        if not _can_draw(sys.stderr):
            print(safe(str(error)), file=sys.stderr)
            return
        from nbenv.cli import terminal

        terminal.print_error(safe(str(error)))

    def ask(self, question: str) -> bool | None:
        """Ask on the terminal."""
        self.close()
        return _ask(question)

    def close(self) -> None:
        """Remove the display of progress."""
        if self._display:
            self._display.close()
            self._display = None


def _print_lasting(progress: Progress) -> None:
    """Print what a person must be able to read, also where progress is hidden."""
    print(safe(progress.message), file=sys.stderr, flush=True)


def _can_draw(stream: TextIO) -> bool:
    """Return whether a stream takes control sequences: NO_COLOR asks for plain text, too.

    https://no-color.org
    """
    is_plain = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
    return stream.isatty() and not (is_plain or _is_in_cell())


def _is_in_cell() -> bool:
    """Return whether a kernel runs this command.

    IPython gives ``!`` lines a terminal of their own. What they print goes below the cell, where
    nothing can be drawn over, and nobody can answer them.
    """
    return "JPY_PARENT_PID" in os.environ


def _print(text: str, colours: Mapping[str, str]) -> None:
    lines = safe(text).split("\n")
    has_colour = any(_first_word(line) in colours for line in lines)
    if not (has_colour and _can_draw(sys.stdout)):
        print("\n".join(lines))
        return
    from nbenv.cli import terminal

    terminal.print_lines([(line, colours.get(_first_word(line), "")) for line in lines])


def _print_payload(payload: Payload) -> None:
    """Print the bytes that a file would hold, whatever the stream's encoding and newlines are.

    A person's terminal is the one reader that it could control.
    """
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None or sys.stdout.isatty():
        sys.stdout.write(escaped(payload) if sys.stdout.isatty() else payload)
        return
    sys.stdout.flush()
    binary.write(payload.encode("utf-8", "surrogatepass"))
    binary.flush()


def _first_word(line: str) -> str:
    return line.lstrip().partition(" ")[0]


def _print_summary(outcome: Outcome) -> None:
    if not (outcome.changes and _can_draw(sys.stdout)):
        print(safe(outcome.summary))
        return
    from nbenv.cli import terminal

    terminal.print_summary(safe(outcome.summary), outcome.changes)


def _dumped(value: object, indent: int | None = None) -> str:
    encoding = str(getattr(sys.stdout, "encoding", None) or "utf-8")
    is_unicode = encoding.lower().replace("-", "").startswith("utf")
    text = json.dumps(cleaned(value), ensure_ascii=not is_unicode, indent=indent)
    # JSON's own escapes keep a payload equal, and the terminal that it may be printed on unharmed.
    return HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


class Json:
    """For programs: one JSON document on standard output."""

    def progress(self, progress: Progress) -> None:
        """Show nothing but what a person must see."""
        if progress.lasting:
            _print_lasting(progress)

    def result(self, outcome: Outcome, colours: Mapping[str, str]) -> None:
        """Print the data."""
        data = outcome.data if outcome.data is not None else {"text": outcome.text}
        print(_dumped(data, indent=1))

    def error(self, error: NbenvError) -> None:
        """Print the error's parts."""
        print(_dumped({"error": error.parts()}, indent=1))

    def ask(self, question: str) -> bool | None:
        """Ask on the terminal, if there is one."""
        return _ask(question)

    def close(self) -> None:
        """Do nothing."""


def event_of(outcome: Outcome) -> dict[str, object]:
    """Return an outcome for a kernel: what changed, and what of it only a restart can do."""
    return {
        "summary": outcome.summary,
        "changes": [
            {**asdict(change), "imports": outcome.imports.get(change.name, [])}
            for change in outcome.changes
        ],
        "environment": outcome.environment,
        "data": outcome.data,
        "pth": list(outcome.path_files),
        "replaced": outcome.replaced,
    }


class Events:
    """For kernels and the server: JSON lines, as things happen."""

    def _print(self, event_type: str, **event: object) -> None:
        print(_dumped({"type": event_type, **event}), flush=True)

    def progress(self, progress: Progress) -> None:
        """Print the phase and its line, with its bytes where they are known."""
        if progress.lasting:
            self._print("text", text=progress.message)
            return
        self._print("progress", **progress.to_dict())

    def result(self, outcome: Outcome, colours: Mapping[str, str]) -> None:
        """Print the text, then the result."""
        if outcome.text:
            self._print("text", text=outcome.text)
        self._print("result", **event_of(outcome))

    def error(self, error: NbenvError) -> None:
        """Print the error's parts and its one message."""
        self._print("error", **error.parts(), message=error.in_cell(), status=error.exit_status)

    def ask(self, question: str) -> bool | None:
        """Ask on the terminal, if there is one."""
        return _ask(question)

    def close(self) -> None:
        """Do nothing."""
