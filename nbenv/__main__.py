"""``nbenv`` and ``python -m nbenv``."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line; who stops it while it is still being loaded sees no traceback."""
    try:
        from nbenv.cli.fast_install import already_installed

        if already_installed(sys.argv[1:]):
            return 0
        # nbformat imports jsonschema, which would spend a second with this one on a grammar of
        # internationalized addresses, that no notebook's schema asks for. It does without it too.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        gc.disable()  # what is imported stays: looking for garbage in it is a tenth of the time
        from nbenv.cli.main import main as run

        gc.freeze()
        gc.enable()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
