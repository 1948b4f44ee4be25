"""Facts about kernels: what they consist of, and limits that their metadata does not tell."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from nbenv.core.requirements import KERNEL, parse

__all__ = ["KERNELS_OWN", "with_kernel_limits"]

_CONSISTS_OF = """
appnope asttokens backcall cffi colorama comm debugpy decorator exceptiongroup executing
importlib-metadata ipykernel ipython ipython-genutils ipython-pygments-lexers jedi jupyter-client
jupyter-core matplotlib-inline nest-asyncio nest-asyncio2 packaging parso pexpect pickleshare
platformdirs prompt-toolkit psutil ptyprocess pure-eval pycparser pygments python-dateutil pywin32
pyzmq six stack-data tornado traitlets typing-extensions tzdata wcwidth zipp
"""
KERNELS_OWN = frozenset(_CONSISTS_OF.split())
"""What a kernel of some age consists of; packages of people's own may need the same."""
_UNTOLD = (("6", "ipython<9"),)
"""The first ipykernel that does without a limit, and the limit of those before.

ipykernel 5 starts with IPython 9, and then answers nothing: IPython 9 dropped what it calls.
"""


def with_kernel_limits(requirements: Iterable[str], constraints: Iterable[str]) -> list[str]:
    """Return constraints for a resolver, with further ones that a kernel asked for needs."""
    known = list(constraints)
    asked = map(parse, (*requirements, *known))
    specifiers = [each.specifier for each in asked if each.name == KERNEL]
    return known + [
        limit
        for first, limit in _UNTOLD
        if any(_is_below(specifier, Version(first)) for specifier in specifiers)
    ]


def _is_below(specifier: SpecifierSet, first: Version) -> bool:
    """Return whether a specifier has an upper bound below a version."""
    for each in specifier:
        try:
            bound = Version(each.version.removesuffix(".*"))
        except InvalidVersion:
            continue
        if each.operator in ("==", "<=") and bound < first:
            return True
        if each.operator == "<" and bound <= first:
            return True
        if each.operator == "~=" and bound.major < first.major and len(bound.release) > 1:
            return True
    return False
