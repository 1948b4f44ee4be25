"""A page's connection to a kernel behind a gateway, on which nbenv's own messages travel too.

A page that is closed while its cells run would leave nobody to hear what they install. Its
connection to the gateway therefore stays until these cells have ended. If the page comes back
meanwhile, it gets what it has missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import uuid
from datetime import datetime, timezone
from typing import Any

from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.gateway.gateway_client import GatewayClient

from nbenv.home.handed_over import COMM
from nbenv.server.gateways.page_sessions import KeptConnections, PageSessions, close_once_made
from nbenv.server.gateways.remote_command import RemoteCommand
from nbenv.server.gateways.remote_kernels import RemoteKernel, RemoteKernels
from nbenv.server.gateways.remote_records import Taken

__all__ = ["following"]

_SHORT = 4096
"""The most characters of a message about a kernel's state."""
_LATER = 1.0
"""Seconds after a cell's last status in which its reply comes, by another socket."""
_CHANGING = re.compile(r"nbenv|pip|\buv\b")
"""What is in a cell that may change the record."""


def following(
    base: type[GatewayWebSocketConnection], kernels: RemoteKernels
) -> type[GatewayWebSocketConnection]:
    """Return a class of connections that hands records over, and takes those that come back."""
    kept, sessions = KeptConnections(), PageSessions()
    kernels.on_removal += [kept.forget, sessions.forget]

    class FollowingConnection(base):  # type: ignore[misc,valid-type]
        """A connection of a page; for kernels of other kinds it is as its base."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._running: set[str] = set()
            self._before: dict[str, list[RemoteCommand]] = {}
            """The commands that a kernel has ended once it is done with a hand-over."""
            self._missed: list[str] | None = None
            self._is_new = True
            self._at_gateway = ""

        @property
        def session_id(self) -> str:
            """The session by which the gateway knows the page."""
            return self._at_gateway or self._page

        @property
        def _page(self) -> str:
            return str(self.session.session)

        @property
        def _kernel(self) -> RemoteKernel | None:
            return kernels.get(self.kernel_id)

        async def connect(self) -> None:
            """Connect, and hand the record over before anything else is sent."""
            if self._is_new:  # not once more, after the gateway was lost
                self._is_new = False
                is_awaited = kept.is_running(self.kernel_id, self._page)
                self._at_gateway = sessions.begin(self.kernel_id, self._page, is_awaited)
                for missed in kept.take(self.kernel_id, self._page):
                    super().handle_outgoing_message(missed)
                if kernel := self._kernel:
                    kernel.links.append(self)
            await super().connect()
            self.hand_over()

        def hand_over(self) -> None:
            """Send the newest record; the kernel answers with its own."""
            if kernel := self._kernel:
                handed = kernels.renew(kernel)
                kernel.sent = handed.number
                data = {"event": None, "handed_over": handed.to_text()}
                self._before[self._open_comm(data)] = list(kernel.commands.values())

        def ask(self, command: RemoteCommand) -> None:
            """Have the kernel run a command; this connection stays until that has ended."""
            kernel = self._kernel
            if kernel is None or self.disconnected:
                command.lose()
                return
            if not kernels.is_current(kernel):
                self.hand_over()
            kernel.commands[command.identifier] = command
            self._running.add(command.identifier)
            self._open_comm({"command": command.content}, command.identifier)

        def _open_comm(self, data: object, identifier: str = "") -> str:
            identifier = identifier or f"{COMM}-{uuid.uuid4().hex}"
            super().handle_incoming_message(_opening(data, self.session_id, identifier))
            return identifier

        def handle_incoming_message(self, message: Any) -> None:
            """Note the page's cells; one that may change the record is preceded by the newest."""
            kernel = self._kernel
            if kernel and isinstance(message, str) and "execute_request" in message:
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    found = json.loads(message)
                    self._running.add(found["header"]["msg_id"])
                    is_changing = _CHANGING.search(found["content"]["code"])
                    if is_changing and not kernels.is_current(kernel):
                        self.hand_over()
            super().handle_incoming_message(message)

        def handle_outgoing_message(self, incoming_msg: str, *words: Any) -> None:
            """Take nbenv's own messages; pass all others on to the page."""
            if (kernel := self._kernel) and self._is_own(kernel, incoming_msg):
                return
            if self._missed is None:
                super().handle_outgoing_message(incoming_msg, *words)
            else:
                self._missed.append(incoming_msg)
                self._leave_soon()

        def _is_own(self, kernel: RemoteKernel, text: str) -> bool:
            """Note what a message says; return whether it is one of nbenv's own."""
            try:
                if COMM in text and self._take(kernel, text):
                    return True
                if len(text) < _SHORT and '"execution_state"' in text:
                    self._note_state(kernel, text)
            except Exception:  # raised, it would end the reading of all further messages
                self.log.exception("nbenv: a message of a kernel could not be read")
            return False

        def _take(self, kernel: RemoteKernel, text: str) -> bool:
            """Take a message of the comm; return whether it was one."""
            message = _parsed(text)
            content = _part(message, "content")
            if not str(content.get("comm_id", "")).startswith(COMM):
                return False
            if message.get("msg_type") != "comm_msg":
                return True
            data = content.get("data")
            if command := kernel.commands.get(content["comm_id"]):
                command.take(str(_part(message, "header").get("msg_id")), data)
            elif isinstance(data, dict) and content["comm_id"] == COMM:
                before = kernel.handed.number
                kernels.take(kernel, data, is_heard=self._missed is None or len(kernel.links) > 1)
                if kernel.outcome is Taken.BEHIND and kernels.renew(kernel).number != before:
                    self.hand_over()
            elif isinstance(data, dict) and "stale" in data:  # as to a page that asks
                kernel.is_old = True
            return True

        def _note_state(self, kernel: RemoteKernel, text: str) -> None:
            message = _parsed(text)
            state = _part(message, "content").get("execution_state")
            parent = str(_part(message, "parent_header").get("msg_id"))
            if state == "busy" and parent in kernel.commands:
                kernel.commands[parent].begun()
            elif state == "idle":
                self._running.discard(parent)
                ended = self._before.pop(parent, [])
                kernel.lose([*ended, *filter(None, [kernel.commands.get(parent)])])
            elif state in ("restarting", "dead"):
                self.forget_running()
                kernel.lose()
                if state == "restarting":
                    self.hand_over()

        async def _read_messages(self) -> None:
            is_last = self.retry >= GatewayClient.instance().gateway_retry_max
            await super()._read_messages()
            if is_last and (kernel := self._kernel):
                kernel.lose()

        def disconnect(self) -> None:
            """Disconnect, unless cells of the page are still running."""
            if self._kernel and self._running and self.ws is not None and self._missed is None:
                self._missed = []
                kept.add(self.kernel_id, self._page, self)
                return
            self._leave()

        def forget_running(self) -> None:
            """Note that the kernel was restarted; where the page is gone too, leave."""
            self._running.clear()
            self._before.clear()
            if self._missed is not None:
                self._leave_if_done()

        @property
        def is_running(self) -> bool:
            """Whether cells of the page have not ended yet."""
            return bool(self._running) and not self.disconnected

        def _leave_soon(self) -> None:
            """Leave once the page's cells have ended; the reply may come after the last status."""
            if not self._running and not self.disconnected:
                asyncio.get_running_loop().call_later(_LATER, self._leave_if_done)

        def _leave_if_done(self) -> None:
            if not self._running and not self.disconnected:
                self._leave()

        def _leave(self) -> None:
            sessions.end(self.kernel_id, self._page, self._at_gateway)
            if self.ws is None and self.ws_future is not None and not self.ws_future.done():
                self.disconnected = True
                close_once_made(self.ws_future)
            else:
                super().disconnect()
            kernel = self._kernel
            if kernel and self in kernel.links:
                kernel.links.remove(self)
                if not kernel.links:
                    kernel.lose()
                    kernels.left(kernel)

        def missed(self) -> list[str]:
            """Return what the page has missed, and leave the rest to its next connection."""
            found, self._missed = self._missed or [], []
            if not self.disconnected:
                self._leave()
            return found

    return FollowingConnection


def _parsed(text: str) -> dict[str, Any]:
    """Return a message; an empty one for what is none, which a cell may have sent."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}


def _opening(data: object, session: str, identifier: str) -> str:
    """Return the message, of that identifier as its comm, which opens a comm with data.

    A kernel of an older nbenv takes it for a page's question, and answers that.
    """
    header = {
        "msg_id": identifier,
        "msg_type": "comm_open",
        "session": session or uuid.uuid4().hex,
        "username": "nbenv",
        "version": "5.3",
        "date": datetime.now(timezone.utc).isoformat(),
    }
    content = {"comm_id": identifier, "target_name": "nbenv", "data": data}
    return json.dumps(
        {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
        }
    )
