"""Write tar files that are the same, byte for byte, whenever and by whomever they are written.

Names are sorted, owners and times left out. Only a module's time is made of its content: Python
takes compiled modules for current whose sources have the same time and size, and a newer
environment may be unpacked over a former one.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol, cast

from nbenv.environments.archive.members import Member
from nbenv.errors import NbenvError, UsageError
from nbenv.home import held_files
from nbenv.home.processes.console import no_window

__all__ = ["ENDINGS", "check_name", "write_tar"]

ENDINGS = (".tar.gz", ".tgz", ".tar.zst")
"""What the name of an archive may end in."""
_BEGIN = 946_684_800
"""The first second of 2000: the time of everything but modules."""
_SPREAD = 2**27
"""Seconds after that among which the times of modules lie: some four years."""
_BLOCK = 1 << 20
_LARGE = 1 << 25
_LEVEL = 4
_ZSTD_LEVEL = 6


class _Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def check_name(file: Path) -> None:
    """Raise `UsageError` unless a file's name says a format that can be written here."""
    if not file.name.endswith(ENDINGS):
        raise UsageError(
            f"{file} does not say in which format to write the archive.",
            todo="Give it a name that ends in .tar.gz or .tar.zst.",
        )
    if file.name.endswith(".zst") and not (_zstd_module() or shutil.which("zstd")):
        raise UsageError(
            f"{file} cannot be written: there is no zstd on this machine.",
            "It comes with Python 3.14, with the package zstandard, and as the program zstd.",
            "Install the program zstd, or write a .tar.gz.",
        )


def write_tar(file: Path, members: Mapping[str, Member], root: str) -> list[str]:
    """Write an archive whole or not at all.

    Returns
    -------
    list[str]
        The names of the members that hold the path `root`, which will not be there elsewhere.

    Raises
    ------
    NbenvError
        The file cannot be written; there is none then, or the former one.
    """
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(scratch, "wb") as raw, _compressed(raw, file.name) as sink, _tar(sink) as tar:
            bound = _add_all(tar, members, root.encode())
        held_files.replace(str(scratch), str(file))
    except OSError as error:
        raise NbenvError(
            f"{file} cannot be written.",
            f"{error.strerror or error}.",
            "Choose another place, or make space there.",
        ) from None
    finally:
        scratch.unlink(missing_ok=True)
    return bound


def _tar(sink: _Sink) -> tarfile.TarFile:
    # Every tar reads GNU's format, whatever the length and the letters of the names in it.
    file = cast("IO[bytes]", sink)
    return tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT, bufsize=_BLOCK)


def _add_all(tar: tarfile.TarFile, members: Mapping[str, Member], root: bytes) -> list[str]:
    bound = []
    folders = {str(above) for name in members for above in PurePosixPath(name).parents} - {"."}
    for name in sorted({*members, *folders}):
        member = members.get(name)
        info = tarfile.TarInfo(name)
        info.mtime = _BEGIN
        if member is None:
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(info)
        elif member.link is not None:
            info.type, info.mode, info.linkname = tarfile.SYMTYPE, 0o777, member.link
            tar.addfile(info)
        elif _add_file(tar, info, member, root):
            bound.append(name)
    return bound


def _add_file(tar: tarfile.TarFile, info: tarfile.TarInfo, member: Member, root: bytes) -> bool:
    """Add a file; return whether it holds the path `root`. A large one is not read at once."""
    info.mode = 0o755 if member.executable else 0o644
    if member.source and (size := os.path.getsize(member.source)) > _LARGE:
        info.size = size
        with open(member.source, "rb") as file:
            tar.addfile(info, file)
        return False
    content = member.read()
    info.size = len(content)
    if info.name.endswith(".py"):
        info.mtime += zlib.crc32(content) % _SPREAD
    tar.addfile(info, io.BytesIO(content))
    return root in content


@contextmanager
def _compressed(raw: IO[bytes], name: str) -> Iterator[_Sink]:
    if not name.endswith(".zst"):
        with _Gzip(raw) as gzip:
            yield gzip
        return
    module = _zstd_module()
    if module is not None and module.__name__ == "zstandard":
        with module.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(raw, closefd=False) as sink:
            yield sink
    elif module is not None:
        with module.ZstdFile(raw, "w", level=_ZSTD_LEVEL) as sink:
            yield sink
    else:
        with _zstd_program(raw) as sink:
            yield sink


def _zstd_module() -> Any:
    for name in ("compression.zstd", "zstandard"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


@contextmanager
def _zstd_program(raw: IO[bytes]) -> Iterator[_Sink]:
    command = ["zstd", "-q", "-c", f"-{_ZSTD_LEVEL}", "-T2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=raw, stderr=pipe, creationflags=no_window()
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # its status says more
            yield process.stdin
        _, printed = process.communicate()
    if process.returncode:
        raise OSError(printed.decode("utf-8", "replace").strip() or "zstd failed")


class _Gzip:
    """One member of gzip, of blocks that threads compress at the same time (RFC 1952).

    It holds neither a name nor a time.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._pool = raw, ThreadPoolExecutor(os.cpu_count() or 1)
        self._waiting: list[Future[bytes]] = []
        self._rest = bytearray()
        self._sum, self._size = 0, 0

    def __enter__(self) -> _Gzip:
        self._raw.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
        return self

    def write(self, data: bytes) -> int:
        """Take more of the content."""
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)
        self._rest += data
        while len(self._rest) >= _BLOCK:
            self._submit(bytes(self._rest[:_BLOCK]))
            del self._rest[:_BLOCK]
        return len(data)

    def _submit(self, block: bytes) -> None:
        self._waiting.append(self._pool.submit(_deflated, block))
        while len(self._waiting) > 2 * (os.cpu_count() or 1):
            self._raw.write(self._waiting.pop(0).result())

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._submit(bytes(self._rest))
                for each in self._waiting:
                    self._raw.write(each.result())
                self._raw.write(b"\x03\0")  # an empty last block
                sums = (self._sum, self._size & 0xFFFFFFFF)
                self._raw.write(b"".join(each.to_bytes(4, "little") for each in sums))
        finally:
            self._pool.shutdown(cancel_futures=True)


def _deflated(block: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
