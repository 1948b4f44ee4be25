"""Say in one or two sentences why requirements cannot be met, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from nbenv.core.import_names import distributions
from nbenv.core.requirements import KERNEL
from nbenv.core.typed.suggestions import meant_by
from nbenv.errors import ResolutionError
from nbenv.installer.failures.derivation import Derivation, Need, bare_name, read_derivation
from nbenv.installer.failures.disjoint import are_disjoint
from nbenv.installer.failures.platforms import described_tags, nearest_python, python_range
from nbenv.installer.scratch_project import ANY_VERSION, PROJECT

__all__ = ["NO_SOURCE", "explain_no_solution", "install_it", "unknown_name"]

NO_SOURCE = "and no source to build it from"
_UNCHANGED = "nothing was changed."
_LOOSEN = f"Loosen or correct one of them; {_UNCHANGED}"
_PROJECT = re.compile(r"your project's|your project|your requirements")
_OURS = {"your project's": "this notebook's", "your project": "this notebook"}
_LONGEST = 600
"""Characters of uv's own words, where nothing better is known."""
_PINNING = re.compile(rf"(?<=[\w\]]){re.escape(ANY_VERSION)}(?![\d.])")
_PIN = re.compile(r"={2,3}[^,*]+$")
_KERNEL = f"the kernel itself ({KERNEL})"


def explain_no_solution(text: str) -> ResolutionError:
    """Return the error for what uv printed after "No solution found"."""
    facts = read_derivation(text)
    for explain in (
        _contradiction,
        _clash,
        _unknown,
        _other_python,
        _no_wheel,
        _withdrawn,
        _absent,
    ):
        error = explain(facts)
        if error is not None:
            return error
    return ResolutionError("These requirements cannot be met together.", _plain(text), _LOOSEN)


def unknown_name(name: str, requirer: str = "", typed: str = "") -> ResolutionError:
    """Return the error for a name that no index has.

    Parameters
    ----------
    name
        The name in canonical form.
    requirer
        The package that requires it, "" if the notebook asks for it.
    typed
        The name as somebody typed it, which may say more: ``matplotlib.pyplot``.
    """
    shown = typed or name
    if requirer:
        error = ResolutionError(
            f"{name} was not found on the index.",
            f"{requirer} requires it.",
            f"An index that has it can be added with --index NAME=URL; {_UNCHANGED}",
            unknown=name,
        )
        error.may_be_elsewhere = True
        return error
    meant = _with_version(shown) or meant_by(shown)
    why = f"Did you mean {_alternatives(meant)}?" if meant else ""
    todo = f"Check the spelling, or add the index that has it with --index NAME=URL; {_UNCHANGED}"
    if len(meant) == 1:
        todo = f"{install_it(meant[0])}; {_UNCHANGED}"
    error = ResolutionError(f"{shown} was not found on the index.", why, todo, unknown=name)
    error.meant, error.may_be_elsewhere = meant, True
    return error


def _with_version(typed: str) -> tuple[str, ...]:
    """Return ``pandas==1.5`` for ``pandas-1.5``, as files and conda's packages are called."""
    found = re.fullmatch(r"(.+?)[-_]v?(\d+(?:\.\d+)+)", typed)
    is_known = found and canonicalize_name(found[1]) in distributions()
    return (f"{found[1]}=={found[2]}",) if found and is_known else ()


def install_it(name: str) -> str:
    """Return the command that installs a package, in a cell and in a terminal."""
    return f"To install it: %nbenv install {name} (in a terminal: nbenv install NOTEBOOK {name})"


# -- the causes, the surest first


def _contradiction(facts: Derivation) -> ResolutionError | None:
    if not facts.contradiction:
        return None
    asked = " and ".join(map(_without_marker, facts.contradiction))
    error = ResolutionError(
        "These requirements cannot be met together.",
        f"This notebook asks for {asked}, and no version is both.",
        _LOOSEN,
    )
    error.limited = sorted({bare_name(each) for each in facts.contradiction})
    return error


def _clash(facts: Derivation) -> ResolutionError | None:
    """Name the two requirements of one package that no version of it meets."""
    stated = [*facts.needs, *facts.roots]
    for number, first in enumerate(stated):
        for second in stated[number + 1 :]:
            apart = first.name == second.name and first.source != second.source
            if apart and are_disjoint(first.specifier, second.specifier):
                return _clash_of(facts, first, second)
    return None


def _clash_of(facts: Derivation, first: Need, second: Need) -> ResolutionError:
    one, other = _chain(facts, first), _chain(facts, second)
    sentence = f"{one}, but {other}."
    of_kernel = any(_root_of(facts, each) == KERNEL for each in (first, second))
    todo = _LOOSEN
    if of_kernel:
        todo = f"A notebook cannot do without its kernel: loosen the other one; {_UNCHANGED}"
    error = ResolutionError("These requirements cannot be met together.", _capital(sentence), todo)
    asked = {each.name for each in facts.roots if each.specifier} - {KERNEL}
    roots = {each.name if not each.source else _root_of(facts, each) for each in (first, second)}
    error.limited = sorted(roots & asked)
    return error


def _unknown(facts: Derivation) -> ResolutionError | None:
    if not facts.unknown:
        return None
    name = facts.unknown[0]
    return unknown_name(name, _requirer(facts, name))


def _other_python(facts: Derivation) -> ResolutionError | None:
    if not facts.pythons:
        return None
    need = facts.pythons[0]
    package = _versions_of(need)
    nearest = nearest_python(need.specifier, facts.python)
    move = f"Move the notebook to it with %nbenv python {nearest}, or ask" if nearest else "Ask"
    what = f"{package} is not for Python {facts.python}."
    if not need.versions:
        what = f"No version of {need.source} is for Python {facts.python}."
    error = ResolutionError(
        what,
        " ".join([f"It needs {python_range(need.specifier)}.", *_required_by(facts, need.source)]),
        f"{move} for another version; {_UNCHANGED}",
        unmet=need.source,
    )
    error.python = nearest
    roots = [each for each in facts.roots if each.name == need.source and each.specifier]
    error.limited = [each.name for each in roots if "@" not in each.specifier][:1]
    return error


def _no_wheel(facts: Derivation) -> ResolutionError | None:
    if not facts.no_wheels:
        return None
    name, versions = facts.no_wheels[0]
    package = _versions_of(Need(name, versions, "", ""))

    def worded(tags: Sequence[str]) -> ResolutionError:
        return _without_file(package, name, described_tags(tags, facts.python), required)

    required = _required_by(facts, name)
    error = worded(facts.tags)
    nearest = described_tags(facts.tags, facts.python)[1]
    if facts.tagged and nearest:
        error.wheels_of, error.reworded = (facts.tagged, nearest), worded
    elif not facts.tags:  # the resolver says only that none is for this platform
        error.wheels_of, error.reworded = (_exact(versions), facts.python), worded
    return error


def _exact(versions: str) -> str:
    return versions.lstrip("=") if _PIN.fullmatch(versions) else ""


def _without_file(
    package: str, name: str, described: tuple[str, str], required: Sequence[str]
) -> ResolutionError:
    there, nearest = described
    where = "with this Python" if there.startswith("Python") else "on this platform"
    has = f"The index has files of it for {there} only" if there else "No file of it fits"
    move = (
        f"Move the notebook to Python {nearest} (%nbenv python {nearest}), or ask"
        if nearest
        else "Ask"
    )
    error = ResolutionError(
        f"{_capital(package)} cannot be installed {where}.",
        " ".join([f"{has}, {NO_SOURCE}.", *required]),
        f"{move} for another version; {_UNCHANGED}",
        unmet=name,
    )
    error.python = nearest
    return error


def _withdrawn(facts: Derivation) -> ResolutionError | None:
    if not facts.yanked:
        return None
    shown = [
        _version_text(spec) + (f" ({reason})" if reason else "") for spec, reason in facts.yanked
    ]
    name = bare_name(facts.yanked[0][0])
    exact = _version_text(facts.yanked[0][0]).replace(" ", "==")
    error = ResolutionError(
        f"What is asked of {name} was withdrawn by its authors.",
        " ".join([f"Withdrawn (yanked): {', '.join(shown)}.", *_required_by(facts, name)]),
        f"Ask for another version, or for exactly this one, as {exact}; {_UNCHANGED}",
        unmet=name,
    )
    error.existing = exact if "==" in exact else ""
    return error


def _absent(facts: Derivation) -> ResolutionError | None:
    """Say that no version meets a specifier, or that there is no version at all."""
    needs = [*facts.roots, *facts.needs]
    found = [each for each in needs if each.name in {bare_name(spec) for spec in facts.absent}]
    if not found:
        found = [each for each in needs if each.name in facts.limited]
    if not found:
        return None
    need = max(found, key=lambda each: (each.specifier not in ("", ANY_VERSION), each.specifier))
    if need.specifier == ANY_VERSION:  # nobody's limit, but the one by which it has its index
        return ResolutionError(
            f"The index that {need.name} comes from has no version of it.",
            " ".join(_required_by(facts, need.name)),
            f"Check that index, or take it from another one; {_UNCHANGED}",
            unmet=need.name,
        )
    if not need.specifier:
        error = ResolutionError(
            f"The index has no file of {need.name}.",
            "Its page there is empty, or it is not a page of an index at all: a network that wants "
            "you to log in answers like that.",
            f"Open any page in a browser, and check the address of the index; {_UNCHANGED}",
            unknown=need.name,
        )
        error.may_be_elsewhere = error.is_passing = True
        return error
    wanted = f"{need.name}{need.specifier}"
    exact = _PIN.match(need.specifier)
    what = f"There is no version {need.specifier.lstrip('=')} of {need.name}." if exact else ""
    error = ResolutionError(
        what or f"There is no version of {need.name} that meets {wanted}.",
        " ".join(_required_by(facts, need.name, need)),
        f"Ask for a version that exists; {_UNCHANGED}",
        unmet=need.name,
    )
    error.limited = [] if need.source else [need.name]
    return error


# -- the words


def _chain(facts: Derivation, need: Need) -> str:
    """Say who has a requirement, and because of whom, from the notebook on."""
    target = f"{need.name}{need.specifier}"
    if not need.source:
        return f"this notebook asks for {target}"
    parents = _parents(facts)
    names = [need.source]
    while names[0] in parents and parents[names[0]].source not in ("", *names):
        names.insert(0, parents[names[0]].source)
    if len(names) == 1:
        exact = [
            each for each in facts.roots if each.name == need.source and _PIN.match(each.specifier)
        ]
        shown = _version_text(f"{need.source}{exact[0].specifier}") if exact else _versions_of(need)
        return f"{shown} needs {target}"
    shown = _KERNEL if names[0] == KERNEL else names[0]
    middle = "".join(f" needs {name}, which" for name in names[1:])
    return f"{shown}{middle} needs {target}"


def _parents(facts: Derivation) -> dict[str, Need]:
    """Return who requires each package; the notebook itself, where it does."""
    found = {need.name: need for need in facts.needs}
    return found | {need.name: need for need in facts.roots}


def _root_of(facts: Derivation, need: Need) -> str:
    parents, name, seen = _parents(facts), need.source, {""}
    while name not in seen and name in parents and parents[name].source:
        seen.add(name)
        name = parents[name].source
    return name


def _requirer(facts: Derivation, name: str) -> str:
    need = _parents(facts).get(name)
    return need.source if need else ""


def _required_by(facts: Derivation, name: str, need: Need | None = None) -> list[str]:
    requirer = need.source if need else _requirer(facts, name)
    return [f"{requirer} requires it."] if requirer else []


def _versions_of(need: Need) -> str:
    if need.source == KERNEL:
        return _KERNEL
    if not need.versions:
        return f"every version of {need.source}"
    if need.versions == "several":
        return f"each version of {need.source} that fits"
    return _version_text(f"{need.source}{need.versions}")


def _version_text(spec: str) -> str:
    """Write ``pandas==2.2`` as ``pandas 2.2``; a range stays as it is."""
    spec = _without_marker(spec)
    return re.sub(r"^([\w.-]+)={2,3}([^,*]+)$", r"\1 \2", spec)


def _without_marker(spec: str) -> str:
    return re.sub(r"\{[^}]*\}", "", spec)


def _alternatives(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _capital(text: str) -> str:
    """Begin a sentence; a package's name keeps its own spelling."""
    is_ours = text.startswith(("every ", "each ", "the ", "this "))
    return text[0].upper() + text[1:] if is_ours else text


def _plain(text: str) -> str:
    """Return uv's own words, about the notebook instead of the throw-away project."""
    body = re.split(r"\bhint: ", " ".join(text.split()))[0]
    body = body.replace(f"{PROJECT}==0", "your project").replace(PROJECT, "your project")
    body = _PINNING.sub("", body)
    body = _PROJECT.sub(lambda found: _OURS.get(found[0], "these requirements"), body)
    body = body.partition("cause: ")[2] or body
    return body if len(body) <= _LONGEST else f"{body[:_LONGEST].rpartition(' ')[0]} …"
