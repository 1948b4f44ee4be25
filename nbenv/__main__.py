"""``python -m nbenv``."""

from nbenv.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
