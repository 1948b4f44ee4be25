"""The variables of one kernel: what there is, and taking what pickles to another kernel.

Run inside a person's kernel, also in one of a Python without nbenv: a page sends this text as an
expression, so it imports the standard library alone, leaves no name behind, and prints nothing.
Python 3.6 and later can run it. Nothing is unpickled but a file that the other kernel of the same
person has just written: it is closed to everybody else, and has the digest that the page was told.
"""

import hashlib
import importlib
import io
import json
import os
import pickle
import stat
import sys
import types

MOST_BYTES = 256 * 1024 * 1024
"""What is carried over altogether; everything else is computed again sooner than it is copied."""
_MOST_SHOWN = 200
_MOST_MEASURED = 10_000
"""Objects inside of one variable that are measured."""
_PROTOCOL = 4
"""The newest that every Python which runs a kernel can read."""


class _Answer(str):
    """Text that a kernel shows as it is."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


class _TooLargeError(Exception):
    pass


class _OfNotebookError(Exception):
    """A definition of the notebook's own: a pickle has its name only."""


def answer(question):
    """Answer a page's question, in JSON: ``{"ask": "list" | "save" | "load", …}``."""
    from IPython.core.getipython import get_ipython

    do = {"list": _list, "save": _save, "load": _load}[question["ask"]]
    try:
        found = do(get_ipython(), question)
    except (OSError, ValueError) as error:
        found = {"error": _one_line(error)}
    return _Answer(json.dumps(found))


def own_variables(shell):
    """Return the variables that cells have defined, by name."""
    hidden = shell.user_ns_hidden
    return {
        name: value
        for name, value in list(shell.user_ns.items())
        if not name.startswith("_") and not (name in hidden and hidden[name] is value)
    }


def described(name, value):
    """Return what a person is shown of a variable."""
    return {"name": name, "type": type(value).__name__, "size": _size(value), "kind": _kind(value)}


def _kind(value):
    """Tell a module, which is imported again, from a definition, whose cell is run again."""
    if issubclass(type(value), types.ModuleType):  # no `isinstance`: a proxy may answer for more
        return "module"
    return "definition" if _is_of_notebook(value) else "value"


def _is_of_notebook(value):
    is_definition = issubclass(type(value), (type, types.FunctionType))
    return is_definition and getattr(value, "__module__", None) == "__main__"


def _size(value):
    """Return about how many bytes a value takes, None where it does not say."""
    if issubclass(type(value), (types.ModuleType, type, types.FunctionType)):
        return None
    seen, waiting, total = set(), [value], 0
    while waiting and len(seen) < _MOST_MEASURED:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        try:
            total += _own_size(each)
        except Exception:  # a class of anybody's
            return None
        if type(each) in (list, tuple, set, frozenset):
            waiting.extend(list(each)[:_MOST_MEASURED])
        elif type(each) is dict:
            pairs = list(each.items())[:_MOST_MEASURED]
            waiting.extend(part for pair in pairs for part in pair)
    return total


def _own_size(value):
    size = sys.getsizeof(value)
    of_array = getattr(type(value), "nbytes", None)  # a view owns nothing; its class says more
    count = value.nbytes if of_array is not None else 0
    return max(size, count) if isinstance(count, int) else size


def _list(shell, question):
    found = own_variables(shell)
    shown = [described(name, value) for name, value in list(found.items())[:_MOST_SHOWN]]
    return {"variables": shown, "count": len(found)}


# -- saving


class _Limited(io.BytesIO):
    """A buffer that refuses what is more than is left."""

    def __init__(self, most):
        super().__init__()
        self._most = most

    def write(self, data):
        if self.tell() + memoryview(data).nbytes > self._most:
            raise _TooLargeError
        return super().write(data)


class _Pickler(pickle.Pickler):
    def reducer_override(self, value):  # Python 3.8 and later
        if _is_of_notebook(value):
            raise _OfNotebookError(value.__name__)
        return NotImplemented


def _save(shell, question):
    """Write what pickles to a new file; name the rest, each with the reason."""
    path, left = question["file"], min(question.get("most", MOST_BYTES), MOST_BYTES)
    saved, failed, hashed = [], [], hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for name, value in own_variables(shell).items():
                entry, why = _entry(name, value, left)
                if entry is None:
                    failed.append({"name": name, "why": why})
                    continue
                left -= len(entry)
                hashed.update(entry)
                file.write(entry)
                saved.append(name)
    except BaseException:  # a full disk, or an interrupt
        os.unlink(path)
        raise
    return {"saved": saved, "failed": failed, "digest": hashed.hexdigest()}


def _entry(name, value, left):
    """Return the bytes of one variable and "", or None and the reason."""
    if issubclass(type(value), types.ModuleType):
        head = {"name": name, "module": value.__name__, "length": 0}
        return json.dumps(head).encode() + b"\n", ""
    buffer = _Limited(left)
    try:
        _Pickler(buffer, _PROTOCOL).dump(value)
    except _TooLargeError:
        return None, "too large"
    except _OfNotebookError as error:
        return None, "{} is defined in a cell: run that cell again".format(error)
    except Exception as error:  # whatever a class of anybody's raises
        return None, _one_line(error)
    data = buffer.getvalue()
    return json.dumps({"name": name, "length": len(data)}).encode() + b"\n" + data, ""


# -- loading


def _load(shell, question):
    """Take the variables of a file that `_save` wrote, and remove it; name what cannot be read."""
    file = io.BytesIO(_read_own(question["file"], question["digest"]))
    loaded, failed = [], []
    for line in iter(file.readline, b""):
        head = json.loads(line.decode())
        name, part = head["name"], file.read(head["length"])
        try:
            module = head.get("module")
            value = importlib.import_module(module) if module else pickle.loads(part)
        except Exception as error:  # a package is missing here, or has other classes
            failed.append({"name": name, "why": _one_line(error)})
            continue
        shell.user_ns[name] = value
        loaded.append(name)
    return {"loaded": loaded, "failed": failed}


def _read_own(path, digest):
    """Return the content of a file of this very user's, which has this digest; remove the file."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            is_private = os.name != "posix" or (
                found.st_uid == os.geteuid() and not found.st_mode & 0o077
            )
            data = file.read() if stat.S_ISREG(found.st_mode) and is_private else b""
    finally:
        os.unlink(path)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("the file is not the one that was written")
    return data


def _one_line(error):
    text = " ".join(str(error).split())
    return "{}: {}".format(type(error).__name__, text)[:200] if text else type(error).__name__
