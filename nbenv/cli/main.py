"""The command line; the magic runs it too, as a child process with ``--events``."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from nbenv.cli.commands import COMMANDS, parse, perform
from nbenv.cli.output import Output, output_for
from nbenv.cli.stop_by_input import watch_input
from nbenv.core.plain_text import safe
from nbenv.errors import NbenvError, StoppedError
from nbenv.home import paths, private_files, variables
from nbenv.progress import Progress

__all__ = ["main", "run"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status.

    0 is done, 1 failed, 2 wrong usage, 3 that an approval is needed and nobody could be asked.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    return run(words, output_for(words))


def run(words: Sequence[str], output: Output) -> int:
    """Run the command that these words are, with this output; return its exit status."""
    for name in ("SIGTERM", "SIGBREAK"):  # the second is how Windows asks a process to end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    watch_input()
    try:
        status = _run(words, output)
        sys.stdout.flush()  # here, where a missing reader or a full disk is noticed
        return status
    except BrokenPipeError:
        return _without_reader()
    except OSError as error:  # what was to be printed cannot be written
        return _unwritten(error)
    finally:
        output.close()


def _run(words: Sequence[str], output: Output) -> int:
    try:
        call = parse(words)
        _tell_of_replaced_home(output)
        outcome = perform(call, output.progress, output.ask)
        output.result(outcome, COMMANDS[call.command].colours)
    except NbenvError as error:
        output.error(error)
        return error.exit_status
    except KeyboardInterrupt:
        output.error(_stopped())
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        output.error(_system_error(error))
        return 1
    except Exception as error:  # the outermost edge: a user must not see a traceback
        # Before Python 3.12, an interrupt while a class is made comes as another error.
        is_stop = isinstance(error.__cause__, KeyboardInterrupt)
        output.error(_stopped() if is_stop else _bug(error))
        return 1
    return int(outcome.failed)


def _stopped() -> StoppedError:
    return StoppedError("Stopped.", "The notebook and its environment are unchanged.")


def _tell_of_replaced_home(output: Output) -> None:
    """Say once that this user has a home of their own instead of the one that was chosen."""
    place, why = paths.replaced_home()
    if not place:
        return
    told = os.path.join(paths.home(), "told", f"{paths.key(place)}.json")
    if os.path.exists(told):
        return
    own = paths.home()
    with contextlib.suppress(OSError):
        private_files.write_json(told, {"home": place})
    output.progress(Progress("home", f"{place} {why}; using {own} instead.", lasting=True))


def _stop(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # what is put back now must not be stopped in its turn
    raise KeyboardInterrupt


def _without_reader() -> int:
    # Whoever read our output went away (as `| head` does): nobody is left to be informed.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _unwritten(error: OSError) -> int:
    """Report that the output itself could not be written, if that can be."""
    status = _without_reader()  # what is left in the stream would fail again at the end
    with contextlib.suppress(OSError):
        print(safe(str(_system_error(error))), file=sys.stderr, flush=True)
    return status


def _system_error(error: OSError) -> NbenvError:
    place = f" ({error.filename})" if error.filename else ""
    return NbenvError(
        f"The operating system reported an error: {error.strerror or error}{place}.",
        todo="Free some disk space or correct the permissions, then try again.",
    )


def _bug(error: Exception) -> NbenvError:
    import traceback

    if os.environ.get(variables.DEBUG):
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    return NbenvError(
        f"nbenv failed unexpectedly: {type(error).__name__}: {error}.",
        f"It happened in {os.path.basename(last.filename)}, line {last.lineno}.",
        "This is a bug: please report it with the command that you ran "
        "(NBENV_DEBUG=1 shows the whole traceback).",
    )
