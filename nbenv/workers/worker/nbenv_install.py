"""Find an interpreter on a worker, and install with uv or pip, as the worker configures them.

Standard library only, Python 3.8 and later; `nbenv_worker` loads it.
"""

import concurrent.futures
import configparser
import contextlib
import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

PYTHON = "NBENV_WORKER_PYTHON"
"""The variable that names the interpreter that environments are made of."""
SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"
_ABOUT = (
    "import os, platform, sys;"
    " base = getattr(sys, '_base_executable', None) or sys.executable;"
    " own = base == sys.executable and sys.prefix != sys.base_prefix;"
    " print(platform.python_version(), sys.implementation.name,"
    " os.path.realpath(base) if own else base, os.path.dirname(os.__file__), sep='\\n')"
)
_PLACES = (
    "/usr/bin/{0}",
    "/usr/local/bin/{0}",
    "/opt/*/bin/{0}",
    "~/.pyenv/versions/{1}.*/bin/{0}",
    "~/.local/share/uv/python/cpython-{1}*/bin/{0}",
    "~/*conda3/envs/*/bin/{0}",
)
_LEAKS = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONEXECUTABLE",
    "PYTHONSTARTUP",
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV",
    "PIP_PYTHON",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_CONSTRAINT",
    "UV_CONSTRAINT",
)
_PIP_FILES = (
    "/etc/xdg/pip/pip.conf",
    "/etc/pip.conf",
    "~/.pip/pip.conf",
    "~/.config/pip/pip.conf",
)
_MOST, _FEW = 2, 4
"""Processes of pip at most, and lines for which one more begins to be faster."""
_NONE = "It has neither uv nor pip. Send the wheels along: %nbenv workers --wheels"


class WorkerError(Exception):
    """The environment cannot be made here; the message says why, and what to do."""


def python_in(environment):
    """Return the interpreter of an environment."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(environment, *parts)


def activated(python, environ=None):
    """Return environment variables for a process that runs an environment's Python."""
    found = dict(os.environ if environ is None else environ)
    for name in _LEAKS:
        found.pop(name, None)
    folder = os.path.dirname(python)
    found["VIRTUAL_ENV"] = os.path.dirname(folder)
    found["PATH"] = folder + os.pathsep + found.get("PATH", os.defpath)
    return found


def run(words, lock=None, statuses=(0,)):
    """Run a program and return what it prints; it holds the lock for as long as it runs.

    So a build whose process was killed is over before another one begins.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _LEAKS}
    keep = (lock.fileno(),) if lock and os.name == "posix" else ()
    pipe = subprocess.PIPE
    options = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, "env": environ}
    try:
        done = subprocess.run(words, universal_newlines=True, pass_fds=keep, check=False, **options)
    except OSError as error:
        raise WorkerError("%s cannot be run: %s." % (words[0], error.strerror or error)) from None
    if done.returncode not in statuses:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        text = said or "%s ended with status %s." % (words[0], done.returncode)
        raise WorkerError(re.sub(r"(\w+://)[^/@\s]+@", r"\1", text))  # no passwords
    return done.stdout


# -- interpreters


class Base:
    """An interpreter that environments are made of: its path, full version and library."""

    def __init__(self, path, version, library) -> None:
        self.path, self.version, self.library = path, version, library


def find_python(minor, implementation="cpython"):
    """Return the `Base` of this minor version on this machine, or raise WorkerError."""
    chosen = os.environ.get(PYTHON)
    for path in [chosen] if chosen else _interpreters(minor):
        with contextlib.suppress(WorkerError, ValueError):
            version, name, base, library = _about(path)
            if name == implementation and version.startswith(minor + "."):
                return Base(base if os.path.exists(base) else path, version, library)
    here = "%d.%d" % sys.version_info[:2]
    raise WorkerError(
        "There is no Python %s on %s, which runs Python %s.\n"
        "Install it there, name its interpreter in %s, or move the notebook: %%nbenv python %s"
        % (minor, platform.node(), here, PYTHON, here)
    )


def _about(path):
    """Return the version, the implementation, the base and the library of an interpreter."""
    if path == _own_base():  # no process is needed to ask this one
        library = os.path.dirname(os.__file__)
        return platform.python_version(), sys.implementation.name, path, library
    version, name, base, library = run([path, "-I", "-c", _ABOUT]).splitlines()
    return version, name, base, library


def _own_base():
    base = getattr(sys, "_base_executable", None) or sys.executable
    if base == sys.executable and sys.prefix != sys.base_prefix:
        return os.path.realpath(base)  # before Python 3.11, a virtual environment is its own base
    return base


def _interpreters(minor):
    """Yield paths where an interpreter of this version may be, the likeliest first."""
    if "%d.%d" % sys.version_info[:2] == minor:
        yield _own_base()
    name = "python" + minor
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            yield path
    for pattern in _PLACES:
        yield from sorted(glob.glob(os.path.expanduser(pattern.format(name, minor))), reverse=True)


# -- installers


def install(environment, base, about, lines, lock, *, get_uv=None):
    """Install lines with the best installer that works; return its name.

    `get_uv` gets uv where there is only pip (see `nbenv_uv.get`).
    """
    failed = ""
    # Few lines are there before uv is.
    if get_uv and len(lines) >= _MOST * _FEW and _found_uv(environment) is None:
        pip = _pip(environment, base, about)
        with contextlib.suppress(WorkerError, OSError):  # pip can do without
            if pip:
                get_uv(_cache_of(environment), pip, lambda words: run(words, lock))
    for how, words_of in (("uv", _uv), ("pip", _pip)):
        if re.search(r"(?i)hash.{0,40}mismatch|do not match", failed):
            break  # another installer would get the same file
        words = words_of(environment, base, about)
        if words is None:
            continue
        try:
            _run_all(words, _parts(how, words, lines), environment, lock)
            return how
        except WorkerError as error:
            failed = str(error)
    raise WorkerError("The environment could not be installed.\n" + (failed or _NONE))


def _parts(how, words, lines):
    """Deal lines to processes: pip asks an index for one package after the other.

    No line needs another one, as dependencies are lines of their own. With ``--target``, what two
    packages share, such as scripts, has to be installed by one process.
    """
    number = 1 if how == "uv" or "--target" in words else max(1, min(_MOST, len(lines) // _FEW))
    return [lines[first::number] for first in range(number)]


def _run_all(words, parts, environment, lock):
    """Run an installer for parts of the lines at once; raise the first error."""

    def installed(number):
        path = os.path.join(environment, "requirements-%d.txt" % number)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in parts[number]))
        run([*words, "-r", path], lock)

    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(installed, range(len(parts))))


def _uv(environment, base, about):
    """Return the words that install with uv, if it is here."""
    program = _found_uv(environment)
    if program is None:
        return None
    words = [program, "pip", "install", "--quiet", "--python", python_in(environment), "--no-deps"]
    words += ["--require-hashes", "--no-progress"]
    urls, links = _indexes(about), list(about.get("find_links", ()))
    if not any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")):
        main, more, places = _pip_settings()
        words += ["--default-index", main] if main else []
        urls, links = urls + more, links + places
    words += _repeated("--index", urls) + _repeated("--find-links", links)
    # Each file has to have its hash, so that it does not matter which index it comes from.
    return [*words, "--index-strategy", "unsafe-best-match", *_without_builds(about)]


def _found_uv(environment):
    """Return the path of uv: the worker's own, else one that was got for environments."""
    name = "*-%s" % (platform.machine() or "any")
    got = sorted(glob.glob(os.path.join(_cache_of(environment), "uv", name, "bin", "uv")))
    own = shutil.which("uv") or shutil.which("uv", path=os.path.expanduser("~/.local/bin"))
    return own or (got[-1] if got else None)


def _cache_of(environment):
    return os.path.dirname(os.path.dirname(environment))


def _pip(environment, base, about):
    """Return the words that install with pip, if there is one."""
    python, program = python_in(environment), _unpacked_pip(base, environment)
    if program:
        words = [python, "-I", program, "install"]  # runs in the environment, so it is for that
    else:
        program, version = _found_pip(base)
        if program is None:
            return None
        if _is_from(version, 22, 3):
            words = [*program, "--python", python, "install"]
        elif program[0] == base.path:  # it is run by the same version as the environment's
            minor = ".".join(base.version.split(".")[:2])
            site = os.path.join(environment, "lib", "python" + minor, "site-packages")
            words = [*program, "install", "--target", site]
        else:
            return None
    words += ["--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
    words += ["--no-input", "--no-color", "--no-user"]
    words.append("--no-compile")  # as uv: Python compiles what is imported
    words += _repeated("--extra-index-url", _indexes(about))
    return words + _repeated("--find-links", about.get("find_links", ())) + _without_builds(about)


def _indexes(about):
    return [each["url"] for each in about.get("indexes", ())]


def _repeated(option, values):
    return [word for value in values for word in (option, value)]


def _without_builds(about):
    """Return the option that refuses to build, unless the lock has something to build."""
    return [] if about.get("source") else ["--only-binary", ":all:"]


def _unpacked_pip(base, environment):
    """Return the folder of a pip for a Python, "" where there is none that can be run so.

    It is kept unpacked beside the environments: inside of its wheel, Python compiles all of it each
    time, which takes longer than many an installation; and where it is installed, it would find
    what else is.
    """
    kept = os.path.join(_cache_of(environment), "pip")
    found = [*_bundled_pips(base), *_own_pip(base)]
    if not found:
        return ""
    _, source = max(found)
    is_wheel = source.endswith(".whl")
    folder = os.path.join(kept, os.path.basename(source if is_wheel else source + ".installed"))
    if not os.path.isdir(folder):
        os.makedirs(kept, mode=0o700, exist_ok=True)
        scratch = tempfile.mkdtemp(dir=kept)
        try:
            if is_wheel:
                with zipfile.ZipFile(source) as archive:
                    archive.extractall(scratch)
            else:
                place = os.path.join(os.path.dirname(source), "pip")
                shutil.copytree(place, os.path.join(scratch, "pip"))
            with contextlib.suppress(OSError):  # another process was faster
                os.rename(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    os.utime(folder)
    return os.path.join(folder, "pip")


def _bundled_pips(base):
    """Return the version and the wheel of each pip that a Python brings."""
    wheels = glob.glob(os.path.join(base.library, "ensurepip", "_bundled", "pip-*.whl"))
    return [(_numbers(os.path.basename(wheel).split("-")[1]), wheel) for wheel in wheels]


def _own_pip(base):
    """Return the version and the metadata's folder of the pip that this Python has, in a list.

    It is often newer than the one that Python brings: those before 23.3 take twice as long to read
    the pages of an index.
    """
    from importlib import metadata

    if ".".join(base.version.split(".")[:2]) != "%d.%d" % sys.version_info[:2]:
        return []
    for folder in sys.path:
        for found in metadata.distributions(name="pip", path=[folder]):
            source = os.path.join(folder, "pip-%s.dist-info" % found.version)
            # A distribution of Linux may leave out what others bring along.
            needed = os.path.join(folder, "pip", "_vendor", "packaging", "version.py")
            if os.path.isdir(source) and os.path.isfile(needed):
                return [(_numbers(found.version), source)]
    return []


def _numbers(version):
    return list(map(int, re.findall(r"\d+", version)))


def _found_pip(base):
    """Return the words that run a pip that is installed, and its version."""
    for words in ([base.path, "-I", "-m", "pip"], [sys.executable, "-I", "-m", "pip"]):
        with contextlib.suppress(WorkerError, IndexError):
            return words, run([*words, "--version"]).split()[1]
    return None, ""


def _is_from(version, *wanted):
    """Return whether a version is at least the one whose first numbers are given."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return bool(numbers) and tuple(map(int, numbers.groups())) >= wanted


def _pip_settings():
    """Return pip's main index, its other ones and its places of files: uv does not read them."""
    settings = configparser.RawConfigParser()
    own = os.environ.get("PIP_CONFIG_FILE")
    for path in [] if own == os.devnull else [*_PIP_FILES, *([own] if own else [])]:
        with contextlib.suppress(configparser.Error, OSError, UnicodeError):
            settings.read(os.path.expanduser(path), encoding="utf-8")

    def values(name):
        text = os.environ.get("PIP_" + name.upper().replace("-", "_"))
        for section in ("install", "global"):
            text = text or settings.get(section, name, fallback=None)
        return (text or "").split()

    main = values("index-url")
    return (main[0] if main else None), values("extra-index-url"), values("find-links")
