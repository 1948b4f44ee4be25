"""Read the lines of a lock, and install wheels by unpacking them, without an installer.

Standard library only, Python 3.8 and later; `nbenv_worker` loads it.
"""

import ast
import configparser
import hashlib
import io
import os
import platform
import re
import sys
import zipfile


class WheelError(Exception):
    """A wheel is missing, or is not the one that is locked."""


# -- lines


def parts(line):
    """Return the normalised name of a line, its version ("" for a URL) and its marker."""
    requirement, _, marker = line.split(" --hash=")[0].partition(" ; ")
    name, _, version = requirement.partition("==")
    return normalised(name.split(" @ ")[0]), version.strip(), marker.strip()


def applies(line, version=None):
    """Return whether a line is for this machine (PEP 508) and a full version of Python."""
    marker = parts(line)[2]
    if not marker:
        return True
    return bool(_evaluated(ast.parse(marker, mode="eval").body, _values(version)))


def is_same(one, other):
    """Return whether two versions are one, as far as the ways of writing it go."""
    return _plain(one) == _plain(other)


def _plain(version):
    text = re.sub(r"[-_]", ".", version.lower().lstrip("v"))
    release, rest = re.match(r"((?:\d+!)?\d+(?:\.\d+)*)?(.*)", text, re.DOTALL).groups()
    return re.sub(r"(\.0)+\Z", "", release or ""), rest.lstrip(".")


def normalised(name):
    """Return the normalised form of a package's name."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _hashes(line):
    found = (each.strip().partition(":") for each in line.split(" --hash=")[1:])
    return {(kind, digest) for kind, _, digest in found}


def _values(version):
    """Return the values of this machine that markers compare."""
    full = version or platform.python_version()
    return {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython",
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_version": ".".join(full.split(".")[:2]),
        "python_full_version": full,
        "implementation_name": "cpython",
        "implementation_version": full,
        "extra": "",
    }


def _evaluated(node, values):
    """Evaluate a marker's syntax tree: a marker is an expression of Python's, too."""
    if isinstance(node, ast.BoolOp):
        results = [_evaluated(each, values) for each in node.values]
        return all(results) if isinstance(node.op, ast.And) else any(results)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return node.value
    left, right = _evaluated(node.left, values), _evaluated(node.comparators[0], values)
    kind = type(node.ops[0])
    if kind in (ast.In, ast.NotIn):
        return (left in right) is (kind is ast.In)
    if all(re.match(r"\d+(\.\d+)*", each) for each in (left, right)):
        left, right = _release(left), _release(right)
    return {
        ast.Eq: left == right,
        ast.NotEq: left != right,
        ast.Lt: left < right,
        ast.LtE: left <= right,
        ast.Gt: left > right,
        ast.GtE: left >= right,
    }[kind]


def _release(text):
    numbers = re.match(r"\d+(\.\d+)*", text).group().split(".")
    return [int(each) for each in [*numbers, 0, 0, 0][:4]]


# -- wheels


def unpack_all(environment, site, python, wheels, lines):
    """Install the wheel of each line from a folder, checked against the hashes of the line.

    `site` is the folder for packages of the `environment`, and `python` its interpreter. Raises
    WheelError.
    """
    files = sorted(file for file in os.listdir(wheels) if file.endswith(".whl"))
    for line in lines:
        name, known = parts(line)[0], _hashes(line)
        mine = [os.path.join(wheels, f) for f in files if normalised(f.split("-")[0]) == name]
        content = next(_matching(mine, known), None)
        if content is None and mine:
            raise WheelError("The wheel of %s has not the hash that the notebook locks." % name)
        if content is None:
            raise WheelError("No wheel of %s was sent along for this platform." % name)
        _unpack(content, environment, site, python)


def _matching(paths, known):
    for path in paths:
        with open(path, "rb") as stream:
            content = stream.read()
        found = {(kind, hashlib.new(kind, content).hexdigest()) for kind, _ in known}
        if found & known:
            yield content


def _unpack(content, environment, site, python):
    """Unpack a wheel (PEP 427), with its data and its scripts."""
    scripts = os.path.dirname(python)
    kinds = {"purelib": site, "platlib": site, "scripts": scripts, "data": environment}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            base, inside = site, entry.filename.split("/")
            if inside[0].endswith(".data"):
                base, inside = kinds.get(inside[1]), inside[2:]
            if base is None or entry.is_dir():  # headers
                continue
            place = os.path.realpath(os.path.join(base, *inside))
            if not place.startswith(os.path.realpath(environment) + os.sep):
                raise WheelError("%s leads out of the environment." % entry.filename)
            is_program = base == scripts or bool(entry.external_attr >> 16 & 0o111)
            _write(place, _with_python(archive.read(entry), python, base == scripts), is_program)
            if entry.filename.endswith(".dist-info/entry_points.txt"):
                _write_scripts(archive.read(entry).decode("utf-8"), python)


def _with_python(content, python, is_script):
    """Return a script with the interpreter in its first line (PEP 427)."""
    if not (is_script and content.startswith(b"#!python")):
        return content
    return b"#!" + python.encode() + b"\n" + content.partition(b"\n")[2]


def _write(place, content, is_program) -> None:
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "wb") as file:
        file.write(content)
    if is_program:
        os.chmod(place, 0o755)


def _write_scripts(text, python) -> None:
    """Write the programs that a wheel's entry points name."""
    settings = configparser.RawConfigParser(delimiters=("=",), strict=False)
    settings.optionxform = str
    settings.read_string(text)
    found = settings.items("console_scripts") if settings.has_section("console_scripts") else []
    for name, target in found:
        module, _, function = target.partition("[")[0].strip().partition(":")
        if not re.match(r"[\w.+-]+\Z", name) or not re.match(r"[\w.]+\Z", module + function):
            continue
        first = function.split(".")[0]
        code = "#!{}\nimport sys\nfrom {} import {}\nsys.exit({}())\n"
        content = code.format(python, module, first, function).encode()
        _write(os.path.join(os.path.dirname(python), name), content, True)
