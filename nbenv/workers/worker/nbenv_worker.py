"""Make a notebook's environment on a worker: once for each machine, locked and hash-checked.

Standard library only, Python 3.8 and later: it runs with whatever Python a worker has, where
nothing is installed. Beside it are modules of its own, the ``manifest.json`` that says what
the environment holds, and perhaps ``wheels/``. From a shell::

    python nbenv_worker.py make manifest.json     # prints JSON
    python nbenv_worker.py check manifest.json    # in the environment's Python; prints JSON
    python nbenv_worker.py exec manifest.json -- -m some.module
"""

import contextlib
import glob
import importlib.util
import json
import os
import platform
import re
import shutil
import sys
import time

FORMAT = 1
KEPT_AS = "nbenv-worker"
"""The folder of an environment with the bundle's files that it was made by."""
_HERE = os.path.dirname(os.path.abspath(__file__))


def _beside(name):
    """Load a module from beside this file, wherever that was loaded from."""
    known = "_nbenv_beside_%s_%s" % (_HERE, name)
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, os.path.join(_HERE, name + ".py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[known] = module
    return sys.modules[known]


_install, _wheels = _beside("nbenv_install"), _beside("nbenv_wheels")
_places, _collect = _beside("nbenv_places"), _beside("nbenv_collect")
_compile, _uv = _beside("nbenv_compile"), _beside("nbenv_uv")
WorkerError, activated = _install.WorkerError, _install.activated


def make(manifest, cache=None, wheels=None, wait=True):
    """Make the environment of a manifest (a dict or a path), unless it is there.

    `wheels` is a folder of wheels to install without an index; one beside the manifest is found.
    Without `wait`, its modules may still be compiled when this returns. Returns the environment's
    ``python``, the ``seconds`` it took, whether it was ``made``, and ``with`` what. Raises
    WorkerError.
    """
    try:
        return _found_or_made(manifest, cache, wheels, wait)
    except OSError as error:
        raise WorkerError(_places.named(error)) from None


def there(manifest):
    """Return what `make` returns if the environment is there, else None; this takes no process."""
    begin = time.time()
    about, _ = _read(manifest)
    environment = _place(about, None)
    how = _made_with(environment, about)
    return None if how is None else _result(environment, begin, False, how)


def _place(about, cache):
    root = _private(os.path.join(cache or cache_folder(), "envs"))
    return os.path.join(root, "%s-%s" % (about["digest"], platform.machine() or "any"))


def _result(environment, begin, made, how):
    with contextlib.suppress(OSError):
        os.utime(os.path.join(environment, _collect.READY))
    python = _install.python_in(environment)
    return {"python": python, "seconds": time.time() - begin, "made": made, "with": how}


def _found_or_made(manifest, cache, wheels, wait):
    begin = time.time()
    about, beside = _read(manifest)
    wheels = wheels or (beside and os.path.join(beside, "wheels"))
    environment = _place(about, cache)
    root = os.path.dirname(environment)
    how, made = _made_with(environment, about), False
    if how is None:
        with _places.locked(environment + ".lock") as lock:
            how = _made_with(environment, about)  # another process may just have made it
            if how is None:
                how, made = _make(environment, about, wheels, lock, wait), True
    if made:
        with contextlib.suppress(OSError):
            _collect.collect(root, _places.locked, {environment})
            _collect.sweep(os.path.dirname(root))
    return _result(environment, begin, made, how)


def check(manifest):
    """Compare what this Python has installed with a manifest.

    Returns the ``python``, its ``version``, the ``versions`` that are as they should be, and what
    is ``wrong``: name → [wanted, found].
    """
    from importlib import metadata

    about, _ = _read(manifest)
    versions, wrong = {}, {}
    for line in about["packages"]:
        name, version, _ = _wheels.parts(line)
        if not version or not _wheels.applies(line):
            continue
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = None
        if found is not None and _wheels.is_same(found, version):
            versions[name] = found
        else:
            wrong[name] = [version, found]
    full = platform.python_version()
    if "%d.%d" % sys.version_info[:2] != about["python"]:
        wrong["python"] = [about["python"], full]
    return {"python": sys.executable, "version": full, "versions": versions, "wrong": wrong}


def cache_folder():
    """Return the folder that environments are kept in; raise WorkerError where there is none."""
    try:
        return _places.cache_folder()
    except _places.PlaceError as error:
        raise WorkerError(str(error)) from None


# -- places


def _private(folder):
    try:
        return _places.private(folder)
    except _places.PlaceError as error:
        raise WorkerError(str(error)) from None


def _read(manifest):
    """Return a manifest, and the folder of its file."""
    if isinstance(manifest, dict):
        about, folder = manifest, None
    else:
        with open(manifest, encoding="utf-8") as file:
            about, folder = json.load(file), os.path.dirname(os.path.abspath(manifest))
    if about.get("format") != FORMAT:
        known = (FORMAT, about.get("format"))
        raise WorkerError("This reads manifests of format %s, and not of format %s." % known)
    if not re.match(r"[0-9a-f]{16,64}\Z", about["digest"]):
        raise WorkerError("The manifest has no digest.")
    return about, folder


def _made_with(environment, about):
    """Return the installer that made a complete environment; None where there is none."""
    try:
        with open(os.path.join(environment, _collect.READY), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    is_there = os.path.exists(_install.python_in(environment))  # its base may be gone
    is_same = found.get("digest") == about["digest"]
    return found.get("with") if is_same and is_there and _is_as_made(environment, about) else None


def _is_as_made(environment, about):
    """Return whether an environment has all that was installed: a task may have called pip."""
    try:
        with open(os.path.join(environment, "pyvenv.cfg"), encoding="utf-8") as file:
            version = re.search(r"(?m)^version\s*=\s*(\S+)", file.read()).group(1)
        names = os.listdir(_site(environment, about))
    except (OSError, AttributeError):
        return False
    there = {}
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix in (".dist-info", ".egg-info"):  # an old pip writes the latter where it builds
            package, _, number = stem.partition("-")
            number = number.partition("-py")[0]
            there.setdefault(_wheels.normalised(package), []).append(number)
    for line in about["packages"]:
        name, wanted, _ = _wheels.parts(line)
        found = there.get(name, [])
        known = [each for each in found if not wanted or _wheels.is_same(each, wanted)]
        if not known and _wheels.applies(line, version):
            return False
    return True


def _site(environment, about):
    return os.path.join(environment, "lib", "python" + about["python"], "site-packages")


# -- making


def _make(environment, about, wheels, lock, wait):
    """Make an environment from nothing; its mark comes last, so that half of one is none."""
    base = _install.find_python(about["python"], about.get("implementation", "cpython"))
    shutil.rmtree(environment, ignore_errors=True)
    try:
        _install.run([base.path, "-I", "-m", "venv", "--without-pip", environment], lock)
        how = _filled(environment, base, about, wheels, lock)
        python = _install.python_in(environment)
        with _compile.compiling(python, _site(environment, about), lock, wait=wait):
            _verify(environment, about, lock)
        with open(os.path.join(environment, _collect.READY), "w", encoding="utf-8") as file:
            json.dump({"digest": about["digest"], "with": how, "base": base.path}, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        shutil.rmtree(environment, ignore_errors=True)
        if isinstance(error, WorkerError):  # of an installer, in its own words
            reason = _places.unwritable_in(str(error), os.path.dirname(environment))
            if reason:
                raise WorkerError(reason) from None
        raise
    return how


def _filled(environment, base, about, wheels, lock):
    """Install what a manifest lists; return the name of what did."""
    python = _install.python_in(environment)
    lines = [line for line in about["packages"] if _wheels.applies(line, base.version)]
    if wheels and os.path.isdir(wheels):
        site = _install.run([python, "-I", "-c", _install.SITE], lock).strip()
        try:
            _wheels.unpack_all(environment, site, python, wheels, lines)
        except _wheels.WheelError as error:
            raise WorkerError(str(error)) from None
        return "wheels"
    return _install.install(environment, base, about, lines, lock, get_uv=_uv.get)


def _verify(environment, about, lock):
    """Raise unless the environment's own Python finds all that the manifest lists.

    What checks it stays there, so that any process of the environment can do so later.
    """
    folder = os.path.join(environment, KEPT_AS)
    os.mkdir(folder)
    for path in glob.glob(os.path.join(_HERE, "nbenv_*.py")):
        shutil.copy(path, folder)
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump(about, file)
    words = [_install.python_in(environment), "-I", os.path.join(folder, "nbenv_worker.py")]
    text = _install.run([*words, "check", os.path.join(folder, "manifest.json")], lock, (0, 1))
    for name, (wanted, there) in sorted(json.loads(text)["wrong"].items()):
        text = "%s %s was to be installed, and it has %s." % (name, wanted, there or "none")
        raise WorkerError(text)


# -- the command line


def main(words):
    """Run a command; print JSON. Return the exit status."""
    if len(words) < 2 or words[0] not in ("make", "check", "exec"):
        print(__doc__, file=sys.stderr)
        return 2
    verb, manifest, rest = words[0], words[1], words[2:]
    try:
        found = check(manifest) if verb == "check" else make(manifest)
    except WorkerError as error:
        return _failed(verb, str(error))
    except (OSError, ValueError, LookupError) as error:
        return _failed(verb, _places.named(error))
    if verb != "exec":
        print(json.dumps(found))
        return 1 if found.get("wrong") else 0
    python = found["python"]
    sys.stdout.flush()
    given = rest[1:] if rest[:1] == ["--"] else rest
    os.execve(python, [python, *given], activated(python))
    return 1


def _failed(verb, text):
    if verb == "exec":  # standard output is the program's
        print("nbenv: " + text, file=sys.stderr)
    else:
        print(json.dumps({"error": text}))
    return 1


if __name__ == "__main__":
    if sys.path and os.path.abspath(sys.path[0] or ".") == _HERE:
        sys.path.pop(0)  # nothing beside this file shadows a module
    sys.exit(main(sys.argv[1:]))
