"""The contents of replies."""

from __future__ import annotations

import pytest

from nbenv.kernel import replies


@pytest.mark.parametrize(
    "kind", ["complete", "inspect", "history", "comm_info", "is_complete"], ids=str
)
def test_every_request_of_a_client_gets_a_reply(kind: str) -> None:
    reply = replies.empty_reply(f"{kind}_request", {})
    assert reply is not None
    assert reply["status"] in ("ok", "complete")


def test_completion_ends_at_the_cursor() -> None:
    reply = replies.empty_reply("complete_request", {"code": "imp", "cursor_pos": 3})
    assert reply is not None
    assert (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == ([], 0, 3)


def test_a_debugger_is_there_and_does_not_run() -> None:
    request = {"type": "request", "seq": 3, "command": "debugInfo", "arguments": {}}
    reply = replies.empty_reply("debug_request", request)
    assert reply is not None
    assert (reply["request_seq"], reply["success"]) == (3, True)
    assert isinstance(reply["body"], dict)
    assert reply["body"]["isStarted"] is False
    reply = replies.empty_reply("debug_request", {**request, "command": "attach"})
    assert reply is not None
    assert reply["success"] is False


def test_what_is_no_request_gets_none() -> None:
    assert replies.empty_reply("comm_open", {}) is None


def test_an_error_always_has_a_line() -> None:
    assert replies.error("") == {"ename": "NbenvError", "evalue": "", "traceback": [""]}
    assert replies.error("What.\nWhy.")["traceback"] == ["What.", "Why."]
