"""The one rule that decides whether a notebook is in Python.

Tools write the language in many ways: ``python3``, ``Python 3``, ``ipython``, ``pyspark``, or not
at all. Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

__all__ = ["is_python", "other_language"]

_OF_PYTHON = frozenset(
    {"py", "pyspark", "sage", "sagemath", "pypy", "pyodide", "pyolite", "graalpy"}
)
"""Names without "python" in them, of Python itself or of what runs on it."""
_DATABRICKS = "application/vnd.databricks.v1+notebook"
_FIELDS = (("kernelspec", "language"), ("language_info", "name"), (_DATABRICKS, "language"))
"""Where the language stands, the most reliable one first: a front end changes the kernel there."""
_OTHER_KERNELS = """
    r ir irkernel sparkr sparkrkernel julia scala almond sparkscala sparkkernel toreescala
    apachetoreescala spark bash zsh calystobash xcpp xeuscpp cpp root xr xlua lua octave xoctave
    matlab jupytermatlabkernel javascript jslab nodejs deno typescript tslab ruby iruby go gonb
    gophernotes java ijava jjava kotlin rust evcxr csharp netcsharp fsharp netfsharp
    netpowershell powershell sql xsql xsqlite postgres haskell ihaskell ocamljupyter clojure
    perl iperl php sas stata maxima wolframlanguage mathematica gap singular sos
"""
"""Kernels of other languages, for notebooks that name no language; without digits and signs."""


def is_python(language: str) -> bool:
    """Return whether a language, as a tool writes it, is Python; "" is, as most notebooks are."""
    letters = _letters(language)
    return not language.strip() or "python" in letters or letters in _OF_PYTHON


def other_language(metadata: dict[str, object]) -> str:
    """Return the language of a notebook that is not in Python, as a person knows it; else "".

    Parameters
    ----------
    metadata
        The notebook's top-level metadata, of any shape.
    """
    for holder, name in _FIELDS:
        language = _text(metadata.get(holder), name)
        if language:
            return "" if is_python(language) else language
    kernel = metadata.get("kernelspec")
    names = [_text(kernel, "display_name"), _text(kernel, "name")]
    if any(is_python(name) for name in names if name):
        return ""
    others = _OTHER_KERNELS.split()
    is_other = any(_letters(name) in others for name in names)
    return next(name for name in names if name) if is_other else ""


def _text(section: object, name: str) -> str:
    value = section.get(name) if isinstance(section, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _letters(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalpha())
