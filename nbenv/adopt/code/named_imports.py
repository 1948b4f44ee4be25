"""Modules and packages that code names in texts: ``import_module("x")``, ``version("x")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from nbenv.adopt.literals import dotted_name, known_text, literal_text, literal_texts

__all__ = ["LoopedTexts", "meaning", "named_modules", "named_packages"]

_IMPORTING = {
    "importlib.import_module",
    "import_module",
    "__import__",
    "builtins.__import__",
    "pytest.importorskip",
    "lazy_loader.load",
}
_ASKING = {
    f"{module}.{name}"
    for module in ("importlib.metadata", "importlib_metadata")
    for name in ("version", "distribution", "metadata", "requires", "files")
} | {"pkg_resources.get_distribution", "pkg_resources.require"}
"""What raises an error where a package is not installed."""
_KEYWORDS = ("name", "modname", "distribution_name", "fullname")


class LoopedTexts(dict[str, list[str]]):
    """Variables → the literal texts that they stand for, one after the other."""

    def note_loop(self, target: ast.expr, values: ast.expr) -> None:
        """Note the variable of a loop over texts."""
        if isinstance(target, ast.Name) and (texts := self._listed(values)):
            self[target.id] = texts

    def note_list(self, node: ast.Assign) -> None:
        """Note a variable that a list of texts is assigned to, for a loop over it."""
        texts = self._listed(node.value)
        for each in node.targets if texts else ():
            if isinstance(each, ast.Name):
                self[each.id] = texts

    def _listed(self, values: ast.expr) -> list[str]:
        if isinstance(values, ast.Name):
            return self.get(values.id, [])
        elements = values.elts if isinstance(values, ast.List | ast.Tuple | ast.Set) else []
        return [text for each in elements if (text := literal_text(each))]


def meaning(name: str, aliases: Mapping[str, str]) -> str:
    """Return a dotted name with what its first part was imported as."""
    head, dot, rest = name.partition(".")
    return f"{aliases.get(head, head)}{dot}{rest}"


def named_modules(
    node: ast.Call, aliases: Mapping[str, str], texts: Mapping[str, str], looped: LoopedTexts
) -> Iterator[str]:
    """Yield the modules that a call imports by their names; of a part that varies, what holds it.

    Parameters
    ----------
    node
        The call.
    aliases
        Names → the modules, or what in them, that they stand for.
    texts
        Variables → their literal texts.
    looped
        The texts of loops' variables.
    """
    if meaning(dotted_name(node.func), aliases) in _IMPORTING:
        for text in _first_texts(node, texts, looped):
            whole, star, _ = text.partition("*")
            module = whole.rpartition(".")[0] if star else whole
            if module and not module.startswith("."):
                yield module


def named_packages(
    node: ast.Call, aliases: Mapping[str, str], texts: Mapping[str, str], looped: LoopedTexts
) -> Iterator[str]:
    """Yield the packages whose metadata a call reads; it fails where they are not installed."""
    if meaning(dotted_name(node.func), aliases) in _ASKING:
        yield from (text for text in _first_texts(node, texts, looped) if "*" not in text)


def _first_texts(node: ast.Call, texts: Mapping[str, str], looped: LoopedTexts) -> list[str]:
    """Return what the first argument may be."""
    named = [each.value for each in node.keywords if each.arg in _KEYWORDS]
    values = [*node.args[:1], *named][:1]
    if not values:
        return []
    if isinstance(values[0], ast.Name):
        name = values[0].id
        return looped.get(name) or [text for text in [texts.get(name, "")] if text]
    if isinstance(values[0], ast.List | ast.Tuple):
        return literal_texts(node)
    return [known_text(values[0])]
