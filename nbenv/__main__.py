"""``nbenv`` and ``python -m nbenv``."""

from __future__ import annotations

import gc
import sys

from nbenv.home.surroundings import shield_process

__all__ = ["main"]


def main() -> int:
    """Run the command line, without a traceback if it is interrupted while it is still loading."""
    shield_process()
    try:
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
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
