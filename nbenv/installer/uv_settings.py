"""Give uv settings of this machine and its network for as long as one command runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

__all__ = ["uv_settings"]


@contextlib.contextmanager
def uv_settings(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables of uv's, and put them back."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
