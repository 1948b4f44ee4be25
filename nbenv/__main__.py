"""``nbenv`` and ``python -m nbenv``."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator

from nbenv.home.surroundings import shield_process

__all__ = ["main"]


def main() -> int:
    """Run the command line, without a traceback if it is interrupted while it is still loading."""
    shield_process()
    with _stopped_at_once():
        from nbenv.cli.fast_install import already_installed

        if already_installed(sys.argv[1:]):
            return 0
        # nbformat imports jsonschema, which imports this to check internationalized addresses if it
        # can: a second for a grammar that no notebook's schema needs.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        gc.disable()  # imports leave no garbage, and looking for it takes a tenth of their time
        from nbenv.cli.main import main as run

        gc.freeze()
        gc.enable()
    return run()


@contextlib.contextmanager
def _stopped_at_once() -> Iterator[None]:
    """End the process at an interrupt, as long as it has done nothing but load.

    A ``KeyboardInterrupt`` would not do: some of what runs while modules load makes another error
    of it, or prints and forgets it.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, or in the hands of who calls this
        yield
        return
    signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(*_: object) -> None:
    with contextlib.suppress(OSError):
        os.write(2, b"Stopped.\n")
    os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main())
