"""Local indexes in the layout of PyTorch's own: one for each build, below one address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.index import UPLOAD_TIME, LocalIndex

LINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
WINDOWS = "win_amd64"
MACOS = "macosx_11_0_arm64"
CUDA = "nvidia-cublas-cu12 ; platform_system == 'Linux'"


class TorchIndexes:
    """The indexes of some builds, by their names, and the mirror's address of all of them."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        """Make an index for each build; `serving` opens them."""
        self.builds = {name: LocalIndex(folder / name) for name in names}
        self.url = ""

    def __getitem__(self, name: str) -> LocalIndex:
        """Return the index of one build."""
        return self.builds[name]

    @property
    def requested(self) -> set[str]:
        """The names of the projects whose pages were asked for, of any build."""
        paths = (path for each in self.builds.values() for _, path in each.requests)
        return {path.split("/")[2] for path in paths if path.startswith("/simple/")}


@contextmanager
def serving(folder: Path, *names: str) -> Iterator[TorchIndexes]:
    """Serve the indexes of some builds until the end of the block."""
    indexes = TorchIndexes(folder, names)

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, build, rest = self.path.split("/", 2)
            if build not in indexes.builds:
                self.send_error(404)
                return
            self.send_response(302)
            self.send_header("Location", f"{indexes[build].url}{rest}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing, to keep the tests' output clean."""

    with ExitStack() as stack:
        for each in indexes.builds.values():
            stack.enter_context(each)
        server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Redirect))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(server.shutdown)
        indexes.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield indexes


def stock(
    own: LocalIndex,
    indexes: TorchIndexes,
    *,
    version: str = "2.9.1",
    uploaded: str = UPLOAD_TIME,
) -> None:
    """Offer PyTorch as it is offered: with CUDA on the default index, and each build on its own.

    Its own indexes do not say when a file was uploaded.
    """
    for tag in (LINUX, WINDOWS, MACOS):
        needs = [CUDA] if tag == LINUX else []
        name = f"py3-none-{tag}"
        own.wheel("torch", version, tag=name, requires=needs, upload_time=uploaded)
        own.wheel("torchvision", "0.24.1", tag=f"py3-none-{tag}", requires=[f"torch=={version}"])
    own.wheel("nvidia-cublas-cu12", "12.8")
    own.wheel("wrapper", "1.0", requires=["torch"])
    own.wheel("helper", "2.0")
    for name, index in indexes.builds.items():
        local = f"{version}+{name}"
        index.wheel("helper", "1.0")  # PyTorch's index has old versions of other packages, too
        for tag in (LINUX, WINDOWS):
            needs = [CUDA] if name.startswith("cu") and tag == LINUX else []
            name_tag, more = f"py3-none-{tag}", ["helper", *needs]
            index.wheel("torch", local, tag=name_tag, requires=more, upload_time="")
            vision = f"0.24.1+{name}"
            index.wheel("torchvision", vision, tag=f"py3-none-{tag}", requires=[f"torch=={local}"])
