"""Package index on 127.0.0.1, with switches for what can go wrong with an index."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import os
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import TracebackType
from typing import Any, cast, final
from urllib.parse import quote, unquote, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from tests.support.wheels import add_to_tar, gzipped, make_sdist, make_wheel

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
UPLOAD_TIME = "2024-01-01T00:00:00.000000Z"
SDIST_SUFFIX = ".tar.gz"
_PAGE_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept"}


@dataclass(frozen=True)
class _File:
    """One file that the index offers, with everything the index says about it."""

    path: Path
    project: str
    version: str
    sha256: str
    size: int
    metadata: bytes
    yanked: bool | str
    upload_time: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def is_wheel(self) -> bool:
        """Whether this is a wheel."""
        return self.name.endswith(".whl")

    @property
    def url(self) -> str:
        """The file's address relative to the project's page; other content has another URL."""
        return f"../../files/{self.sha256[:16]}/{quote(self.name)}"

    @property
    def requires_python(self) -> str | None:
        """The Requires-Python field of its metadata."""
        return HeaderParser().parsestr(self.metadata.decode()).get("Requires-Python")


@dataclass(frozen=True)
class _Reply:
    """A response of the index."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    """The HTTP server of one index."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, index: LocalIndex) -> None:
        """Listen on a port; 0 takes any free one."""
        self.index = index
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's lookup of the host name, which can be slow."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: clients that disconnect are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    """Handler that passes each request to the index.

    Each request has its own connection, so that close() is final.
    """

    def do_GET(self) -> None:
        """Reply with a body."""
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        """Reply without a body."""
        self._reply(with_body=False)

    def _reply(self, *, with_body: bool) -> None:
        """Send the index's reply, or hang up if it has none."""
        index = cast(_Server, self.server).index
        reply = index.answer(self.command, urlsplit(self.path).path, self.headers)
        if reply is None:
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self._send(index, reply.body)

    def _send(self, index: LocalIndex, body: bytes) -> None:
        """Send a body, or only its first half for some files."""
        name = unquote(urlsplit(self.path).path).rpartition("/")[2]
        cut = index.takes_cut(name)
        sent = body[: len(body) // 2] if cut or name in index.slow else body
        step = index.rate // 20 or len(sent) or 1
        for start in range(0, len(sent), step):
            self.wfile.write(sent[start : start + step])
            index.pause(0.05 if index.rate else 0)
        if name in index.slow:
            self.wfile.flush()
            index.wait_until_down()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing, to keep the tests' output clean."""


@final
class LocalIndex:
    """A simple index (PEP 503, 592, 658/714, 691, 700) of the files in a folder.

    Use it as a context manager. The switches may be changed at any time:

    - `status`: answer every request with this HTTP status;
    - `auth`: (user, password) without which every request gets 401;
    - `gone`: names of files that are still listed, but answered with 404;
    - `cut`: names of files of which only the first half is sent, `cuts` times (None: always);
    - `slow`: names of files of which the second half never comes;
    - `rate`: bytes a second at which each file is sent (0: at once);
    - `failures`: how many of the next requests get the status `failing` (0 hangs up);
    - `corrupt`: names of files to serve altered (still well-formed: only the hash reveals it);
    - `stall`: seconds to wait before every answer;
    - `without_hashes`: advertise no hashes;
    - `html_only`: serve no JSON, whatever the client accepts;
    - `moved_to`: redirect every request to the same path below this URL;
    - `files_at`: list the files with URLs below this one.

    `requests` lists (method, path) of every request in order, refused ones included, and `logins`
    the credentials (``user:password``) that came with any.
    """

    def __init__(self, folder: Path) -> None:
        """Offer the files in `folder`, which is made if needed; serve once opened."""
        self.folder = folder
        self._port = 0
        self._server: _Server | None = None
        self._down = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)
        self._clear()

    def _clear(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.logins: list[str] = []
        self.status: int | None = None
        self.auth: tuple[str, str] | None = None
        self.corrupt: set[str] = set()
        self.gone: set[str] = set()
        self.cut: set[str] = set()
        self.cuts: int | None = None
        self.slow: set[str] = set()
        self.rate = 0
        self.failures = 0
        self.failing = 500
        self.stall: float = 0
        self.without_hashes = False
        self.html_only = False
        self.moved_to = ""
        self.files_at = ""
        self._files: dict[str, _File] = {}
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith((".whl", SDIST_SUFFIX)):
                self.add(path)

    def refill(self, source: Path) -> None:
        """Offer only what is in `source`, with every switch off, as a new index does."""
        for path in self.folder.iterdir():
            path.unlink()
        for path in source.iterdir():
            os.link(path, self.folder / path.name)
        self._clear()

    # Up and down

    def open(self) -> None:
        """Start serving; after a close(), at the same address as before."""
        if self._server is not None:
            return
        self._down.clear()
        self._server = _Server(self._port, self)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop serving: refuse connections and drop stalled requests unanswered."""
        server, self._server = self._server, None
        if server is None:
            return
        self._down.set()
        server.shutdown()
        server.server_close()

    def __enter__(self) -> LocalIndex:
        """Start serving."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.close()

    # Addresses

    @property
    def url(self) -> str:
        """The URL of the simple index, for ``--index-url``."""
        return self.url_for("simple/")

    @property
    def url_with_auth(self) -> str:
        """The same URL with the credentials of `auth`."""
        return self.url_for("simple/", self.auth)

    def url_for(self, path: str, auth: tuple[str, str] | None = None) -> str:
        """Return the URL of `path` on this server."""
        if not self._port:
            raise RuntimeError("the index has no address before it is opened")
        user = f"{quote(auth[0], '')}:{quote(auth[1], '')}@" if auth else ""
        return f"http://{user}127.0.0.1:{self._port}/{path}"

    @property
    def downloads(self) -> list[str]:
        """The names of the wheels and sdists requested with GET, in order."""
        paths = [path for method, path in self.requests if method == "GET"]
        names = [unquote(path.rsplit("/", 1)[1]) for path in paths if path.startswith("/files/")]
        return [name for name in names if not name.endswith(".metadata")]

    # Contents

    def add(
        self, path: Path, yanked: bool | str = False, *, upload_time: str = UPLOAD_TIME
    ) -> Path:
        """Copy a wheel or sdist into the folder and offer it, replacing what was known of it."""
        kept = self.folder / path.name
        if path.resolve() != kept.resolve():
            shutil.copyfile(path, kept)
        self._files[kept.name] = _describe(kept, yanked, upload_time)
        return kept

    def remove(self, filename: str) -> None:
        """Stop offering a file and delete it from the folder."""
        self._files.pop(filename).path.unlink()

    def sha256(self, filename: str) -> str:
        """Return the hash advertised for a file."""
        return self._files[filename].sha256

    def wheel(
        self,
        name: str,
        version: str,
        *,
        yanked: bool | str = False,
        upload_time: str = UPLOAD_TIME,
        **options: Any,
    ) -> Path:
        """Make a wheel and offer it; `options` are those of `make_wheel`."""
        path = make_wheel(self.folder, name, version, **options)
        return self.add(path, yanked, upload_time=upload_time)

    def sdist(
        self,
        name: str,
        version: str,
        *,
        yanked: bool | str = False,
        upload_time: str = UPLOAD_TIME,
        **options: Any,
    ) -> Path:
        """Make an sdist and offer it; `options` are those of `make_sdist`."""
        path = make_sdist(self.folder, name, version, **options)
        return self.add(path, yanked, upload_time=upload_time)

    # Answers

    def answer(self, method: str, path: str, headers: Message) -> _Reply | None:
        """Return the reply to a request, or None to hang up."""
        self.requests.append((method, path))
        if login := headers.get("Authorization"):
            self.logins.append(base64.b64decode(login.removeprefix("Basic ")).decode())
        self._down.wait(self.stall)
        if self._down.is_set():
            return None
        if self.failures > 0:
            self.failures -= 1
            return _Reply(self.failing, b"for a while\n") if self.failing else None
        if self.status is not None:
            return _Reply(self.status, f"the index was told to answer {self.status}\n".encode())
        if self.moved_to:
            return _Reply(302, headers={"Location": f"{self.moved_to}{path}"})
        if self.auth and headers.get("Authorization") != _basic(self.auth):
            return _Reply(401, b"who are you?\n", headers={"WWW-Authenticate": 'Basic realm="x"'})
        return self._route(path, as_json=not self.html_only and _prefers_json(headers))

    def takes_cut(self, name: str) -> bool:
        """Return whether this transfer of a file breaks off."""
        if name not in self.cut or self.cuts == 0:
            return False
        self.cuts = None if self.cuts is None else self.cuts - 1
        return True

    def pause(self, seconds: float) -> None:
        """Wait a moment, unless this index is closed meanwhile."""
        self._down.wait(seconds)

    def wait_until_down(self) -> None:
        """Wait until this index is closed."""
        self._down.wait()

    def _route(self, path: str, *, as_json: bool) -> _Reply:
        """Return the reply to a request that no switch refuses."""
        match path.split("/"):
            case ["", "simple", ""]:
                return self._list_projects(as_json)
            case ["", "simple", name, *rest] if self._of_project(name):
                if rest == [""] and name == canonicalize_name(name):
                    return self._list_files(name, as_json)
                return _Reply(301, headers={"Location": f"/simple/{canonicalize_name(name)}/"})
            case ["", "files", digest, name]:
                return self._send_file(digest, unquote(name))
        return _Reply(404, b"not found\n")

    def _of_project(self, name: str) -> list[_File]:
        """Return the files of one project."""
        files = list(self._files.values())
        return [file for file in files if file.project == canonicalize_name(name)]

    def _list_projects(self, as_json: bool) -> _Reply:
        """Return the page of all projects."""
        names = sorted({file.project for file in list(self._files.values())})
        if as_json:
            return _json_page({"projects": [{"name": name} for name in names]})
        return _html_page([f'<a href="{name}/">{name}</a>' for name in names])

    def _list_files(self, project: str, as_json: bool) -> _Reply:
        """Return the page of one project."""
        files = self._of_project(project)
        hashes = not self.without_hashes
        if not as_json:
            return _html_page([_html_entry(file, hashes) for file in files])
        versions = list(dict.fromkeys(file.version for file in files))
        entries = [_json_entry(file, hashes) for file in files]
        for entry in entries if self.files_at else ():
            entry["url"] = entry["url"].replace("../..", self.files_at)
        return _json_page({"name": project, "versions": versions, "files": entries})

    def _send_file(self, digest: str, name: str) -> _Reply:
        """Return the bytes of a file, or of a wheel's separate metadata (PEP 658)."""
        file = self._files.get(name.removesuffix(".metadata"))
        if file is None or not file.sha256.startswith(digest) or name in self.gone:
            return _Reply(404, b"not found\n")
        body = file.metadata if name.endswith(".metadata") else file.path.read_bytes()
        if name in self.corrupt:
            body = _altered(name, body)
        return _Reply(
            200, body, "application/octet-stream", {"Cache-Control": "max-age=365000000, immutable"}
        )


def _describe(path: Path, yanked: bool | str, upload_time: str) -> _File:
    """Read what the index must know about a file."""
    data = path.read_bytes()
    if path.name.endswith(".whl"):
        project, version, _, _ = parse_wheel_filename(path.name)
        metadata = _wheel_metadata(path)
    else:
        project, version = parse_sdist_filename(path.name)
        metadata = _sdist_metadata(path)
    digest = hashlib.sha256(data).hexdigest()
    return _File(path, project, str(version), digest, len(data), metadata, yanked, upload_time)


def _wheel_metadata(path: Path) -> bytes:
    """Return the METADATA of a wheel."""
    with zipfile.ZipFile(path) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return archive.read(name)


def _sdist_metadata(path: Path) -> bytes:
    """Return the PKG-INFO of an sdist."""
    with tarfile.open(path) as archive:
        file = archive.extractfile(f"{path.name.removesuffix(SDIST_SUFFIX)}/PKG-INFO")
        assert file is not None
        return file.read()


def _altered(name: str, data: bytes) -> bytes:
    """Return a well-formed archive with one more file than `data`; add a line to other files."""
    buffer = io.BytesIO(data)
    if name.endswith(".whl"):
        with zipfile.ZipFile(buffer, "a") as wheel:
            wheel.writestr("tampered.py", "")
        return buffer.getvalue()
    if name.endswith(SDIST_SUFFIX):
        buffer = io.BytesIO(gzip.decompress(data))
        with tarfile.open(fileobj=buffer, mode="a") as sdist:
            add_to_tar(sdist, f"{name.removesuffix(SDIST_SUFFIX)}/src/tampered.py", b"")
        return gzipped(buffer.getvalue())
    return data + b"\n"


def _json_entry(file: _File, hashes: bool) -> dict[str, Any]:
    """Return a file's entry in a project's JSON page (PEP 691, 700, 714)."""
    entry: dict[str, Any] = {
        "filename": file.name,
        "url": file.url,
        "hashes": {"sha256": file.sha256} if hashes else {},
        "size": file.size,
        **({"upload-time": file.upload_time} if file.upload_time else {}),
        "yanked": file.yanked,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if file.is_wheel:
        metadata = {"sha256": hashlib.sha256(file.metadata).hexdigest()} if hashes else True
        entry |= {"core-metadata": metadata, "dist-info-metadata": metadata}
    return entry


def _html_entry(file: _File, hashes: bool) -> str:
    """Return a file's entry in a project's HTML page (PEP 503, 592, 714)."""
    attributes = {"href": file.url + (f"#sha256={file.sha256}" if hashes else "")}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not False:
        attributes["data-yanked"] = "" if file.yanked is True else file.yanked
    if file.is_wheel:
        digest = hashlib.sha256(file.metadata).hexdigest()
        metadata = f"sha256={digest}" if hashes else "true"
        attributes |= {"data-core-metadata": metadata, "data-dist-info-metadata": metadata}
    written = " ".join(f'{key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<a {written}>{html.escape(file.name)}</a>"


def _json_page(content: Mapping[str, Any]) -> _Reply:
    """Return a page of the JSON API."""
    body = json.dumps({"meta": {"api-version": "1.1"}, **content}).encode()
    return _Reply(200, body, JSON_TYPE, _PAGE_HEADERS)


def _html_page(entries: list[str]) -> _Reply:
    """Return a page of the HTML API."""
    head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
    head += '<meta name="pypi:repository-version" content="1.1"><title>Index</title></head>\n'
    body = "<br>\n".join(entries)
    page = f"{head}<body>\n{body}\n</body></html>\n"
    return _Reply(200, page.encode(), "text/html; charset=utf-8", _PAGE_HEADERS)


def _basic(auth: tuple[str, str]) -> str:
    """Return the Authorization header for these credentials."""
    return "Basic " + base64.b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()


def _prefers_json(headers: Message) -> bool:
    """Return whether a client's Accept header prefers the JSON page to the HTML page."""
    quality = {"text/html": 0.0}
    for item in headers.get("Accept", "").split(","):
        kind, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=") or "1"
        quality[kind.strip()] = float(weight)
    of_html = max(quality["text/html"], quality.get(HTML_TYPE, 0.0))
    return quality.get(JSON_TYPE, 0.0) > of_html
