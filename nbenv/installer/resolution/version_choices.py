"""Uv's options and settings that say which versions and files a resolution may take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbenv.core.kernel_limits import with_kernel_limits
from nbenv.core.recorded_options import ALL
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Spec

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["never_built", "version_choices", "version_limits"]


def never_built(spec: Spec, options: ResolveOptions) -> tuple[str, ...]:
    """Return the names of which only wheels are taken, or ``":all:"``."""
    every = (ALL,) if options.only_wheels else ()
    return (*every, *options.no_build, *spec.only_binary)


def version_choices(spec: Spec, options: ResolveOptions) -> list[str]:
    """Return the options that say which versions and files may be taken.

    They are options, not settings: with a configuration file of the user's, uv ignores settings.
    """
    chosen = [f"--prerelease-package={each}=allow" for each in options.pre]
    moments = [each for each in (options.before, spec.exclude_newer) if each]
    chosen += [f"--exclude-newer={_earliest(moments)}"] if moments else []
    apart = [*(f"{each}=false" for each in options.exempt), *options.dated] if moments else []
    chosen += [f"--exclude-newer-package={each}" for each in apart]
    chosen += [f"--index-strategy={spec.index_strategy}"] if spec.index_strategy else []
    chosen += [f"--refresh-package={each}" for each in options.refreshed]
    chosen += ["--no-index"] if options.no_index else []
    chosen += ["--offline"] if options.offline else []
    chosen += [f"--resolution={options.resolution}"] if options.resolution else []
    chosen += [f"--no-binary-package={each}" for each in spec.no_binary if each != ALL]
    if options.only_wheels or ALL in spec.only_binary:
        return [*chosen, "--no-build"]
    return chosen + [
        f"--no-build-package={each}" for each in (*options.no_build, *spec.only_binary)
    ]


def _earliest(moments: Sequence[str]) -> str:
    """Return the first of some days and times (RFC 3339) to end."""
    try:
        return min(moments, key=_end)
    except (OverflowError, ValueError, OSError):  # such as the last day of the year 9999
        return min(moments)


def _end(moment: str) -> datetime:
    from datetime import datetime, timedelta  # slow, and seldom needed

    # Python 3.10 reads neither a Z nor every fraction of a second.
    found = datetime.fromisoformat(re.sub(r"\.\d+", "", moment).replace("Z", "+00:00"))
    if "T" in moment:
        return found
    return (found + timedelta(days=1)).astimezone()  # uv takes a day as one of this machine's


def version_limits(spec: Spec, options: ResolveOptions, more: Sequence[str]) -> dict[str, object]:
    """Return the setting for constraints: the record's, a kernel's, and `more`."""
    avoided = [each.replace("==", "!=", 1) for each in options.avoid]
    constraints = [*with_kernel_limits(spec.requirements, spec.constraints), *avoided, *more]
    return {"constraint-dependencies": constraints} if constraints else {}
