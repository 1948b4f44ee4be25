"""Outputs of cells: stored as notebooks hold them, and printed."""

import sys


class Outputs:
    """The outputs of all cells; those that come late belong to the cell that they are from.

    `log` is the file that they are printed to; what is standard error stays that.
    """

    def __init__(self, log):
        self.log, self.last = log, ""
        self._lists, self._shown, self._to_clear = {}, {}, set()

    def open(self, request, into):
        """Have the outputs of a request appended to a list."""
        self._lists[request], self.last = into, request

    def take(self, message):
        """Store and print one message of the kernel, if it is about a cell."""
        request = message["parent_header"].get("msg_id")
        into = self._lists.get(request)
        if into is None:
            return
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear(request, into, content.get("wait"))
        elif kind in ("stream", "display_data", "execute_result", "error"):
            if request in self._to_clear:
                self._clear(request, into, False)
            getattr(self, "_" + kind)(into, content)
        elif kind == "update_display_data":
            self._update(content)

    def _clear(self, request, into, wait):
        if wait:  # until there is something else to show
            self._to_clear.add(request)
        else:
            self._to_clear.discard(request)
            del into[:]

    def _stream(self, into, content):
        last = into[-1] if into else {}
        if last.get("name") == content["name"] and last["output_type"] == "stream":
            last["text"] += content["text"]
        else:
            into.append({"output_type": "stream", **content})
        file = sys.stderr if content["name"] == "stderr" else self.log
        self._print(content["text"], file, end="")

    def _display_data(self, into, content, kind="display_data"):
        name = content.pop("transient", {}).get("display_id")
        output = {"output_type": kind, **content}
        into.append(output)
        if name is not None:
            self._shown.setdefault(name, []).append(output)
        self._print(plain(content))

    def _execute_result(self, into, content):
        self._display_data(into, content, "execute_result")

    def _error(self, into, content):
        into.append({"output_type": "error", **content})
        self._print("\n".join(content["traceback"]), sys.stderr)

    def _update(self, content):
        """Change what was shown under a name, in whatever cell it is."""
        name = content.get("transient", {}).get("display_id")
        for output in self._shown.get(name, []):
            output["data"], output["metadata"] = content["data"], content["metadata"]
        self._print(plain(content))

    def _print(self, text, file=None, end="\n"):
        print(text, end=end, file=file or self.log, flush=True)


def plain(content):
    """Return what stands for a rich output in a log."""
    data = content["data"]
    return data.get("text/plain") or "[{}]".format(", ".join(sorted(data)))
