"""Print where nbenv keeps things, and how many entries the access list of its secret has."""

from __future__ import annotations

import ctypes
from pathlib import Path

from nbenv.environments.store import new_identifier
from nbenv.home import approval_store, paths, real_path

DACL = 4
ROOM = 4096


def entries(path: str) -> int:
    """Return the number of entries in the access list of a file."""
    advapi32 = ctypes.WinDLL("advapi32")  # type: ignore[attr-defined,unused-ignore]
    descriptor = ctypes.create_string_buffer(ROOM)
    needed, present, default = (ctypes.c_uint32() for _ in range(3))
    size = ctypes.byref(needed)
    assert advapi32.GetFileSecurityW(path, DACL, descriptor, ROOM, size), "no security"
    found = ctypes.c_void_p()
    words = (ctypes.byref(each) for each in (present, found, default))
    assert advapi32.GetSecurityDescriptorDacl(descriptor, *words), "no list"
    assert present.value and found.value, "open to all"
    return int.from_bytes(ctypes.string_at(found.value + 4, 2), "little")  # ACL.AceCount


print("home", paths.home())
approval_store.approve("0" * 32)
print("entries", entries(str(Path(paths.home(), "secret"))))
print("identifier", new_identifier(r"C:\work\A long name of a notebook.ipynb"))
upper, lower = r"C:\WORK\A.IPYNB", r"c:\work\a.ipynb"
print("one key", paths.key(upper) == paths.key(lower), real_path.is_same(upper, lower))
print("part", real_path.part_below(r"C:\Work\Sub\a.ipynb", r"c:\work"))
