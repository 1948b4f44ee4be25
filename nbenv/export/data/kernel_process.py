"""The kernel of a run: whatever happens to its process is noticed."""

import os
import queue
import signal
import sys
import tempfile
import time

STARTUP = 300
"""Seconds that a kernel may take to start."""
TICK = 0.5
"""Seconds between two looks at whether the kernel lives and the container is being stopped."""
OOM_EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
"""The files in which Linux counts the processes that this container lost for lack of memory."""


class KernelEnded(Exception):
    """The kernel's process ended by itself; `status` is the exit status for it."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


class Kernel:
    """A kernel of this environment; `check` is called all the time, and raises to end the run."""

    def __init__(self, outputs, check):
        from jupyter_client.manager import KernelManager  # takes a second

        self.outputs, self.check = outputs, check
        sockets = os.path.join(tempfile.mkdtemp(), "kernel")  # no port: whatever the network is
        self.manager = KernelManager(kernel_name="python3", transport="ipc", ip=sockets)
        self.client = None

    def start(self):
        """Start the process, and wait until its messages arrive."""
        # This very Python: a kernelspec in the home folder could be another one's.
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager.kernel_spec.argv = command
        self.manager.start_kernel()
        self._prefer_for_oom()
        self.client = self.manager.client()
        self.client.start_channels()
        end = time.monotonic() + STARTUP
        while True:
            self.client.kernel_info()
            if self._next(self.client.get_iopub_msg) is not None:
                return
            if time.monotonic() > end:
                raise KernelEnded("The kernel did not answer for {} s.".format(STARTUP), 1)

    def language(self):
        """Return what a notebook's metadata says about its language."""
        return self._reply(self.client.kernel_info())["content"]["language_info"]

    def execute(self, code, into):
        """Run code, and append its outputs to a list; return how the kernel says it went."""
        request = self.client.execute(code, allow_stdin=False)
        self.outputs.open(request, into)
        self._take_until_idle(request)
        return self._reply(request)["content"]["status"]

    def interrupt(self, seconds):
        """Interrupt what runs, and take what it still puts out in that time."""
        if self.client is None or not self.outputs.last:
            return
        self.manager.interrupt_kernel()
        end = time.monotonic() + seconds
        self.check = lambda: None
        try:
            while time.monotonic() < end:
                message = self._next(self.client.get_iopub_msg)
                if message is not None:
                    self.outputs.take(message)
                    if self._is_idle(message, self.outputs.last):
                        return
        except KernelEnded:
            return

    def stop(self):
        """End the process."""
        if self.client is not None:
            self.client.stop_channels()
        if self._process() is not None:
            self.manager.shutdown_kernel(now=True)

    # -- messages

    def _take_until_idle(self, request):
        while True:
            message = self._next(self.client.get_iopub_msg)
            if message is not None:
                self.outputs.take(message)
                if self._is_idle(message, request):
                    return

    def _reply(self, request):
        while True:
            message = self._next(self.client.get_shell_msg)
            if message is not None and message["parent_header"].get("msg_id") == request:
                return message

    def _next(self, get):
        """Return the next message, None if there was none for a moment."""
        self.check()
        try:
            return get(timeout=TICK)
        except queue.Empty:
            if not self.manager.is_alive():
                self._take_rest()
                raise self._ended() from None
        return None

    def _take_rest(self):
        """Take what a process put out before it ended."""
        while True:
            try:
                self.outputs.take(self.client.get_iopub_msg(timeout=TICK))
            except queue.Empty:
                return

    @staticmethod
    def _is_idle(message, request):
        is_status = message["msg_type"] == "status"
        of_request = message["parent_header"].get("msg_id") == request
        return is_status and of_request and message["content"]["execution_state"] == "idle"

    # -- the process

    def _process(self):
        provisioner = getattr(self.manager, "provisioner", None)  # jupyter_client 7 and later
        return getattr(provisioner, "process", None) or getattr(self.manager, "kernel", None)

    def _prefer_for_oom(self):
        """Have Linux end the kernel, not the process that saves its outputs."""
        try:
            with open("/proc/{}/oom_score_adj".format(self._process().pid), "w") as file:
                file.write("1000")
        except OSError:
            pass

    def _ended(self):
        process = self._process()
        status = process.poll() if process is not None else None
        if status is None or status >= 0:
            return KernelEnded("The kernel ended by itself.", status or 1)
        name = signal.Signals(-status).name
        why = ": the container ran out of memory" if -status == signal.SIGKILL and oom() else ""
        return KernelEnded("The kernel was ended by {}{}.".format(name, why), 128 - status)


def oom():
    """Return whether this container lost a process for lack of memory."""
    for path in OOM_EVENTS:
        if os.path.exists(path):
            with open(path) as file:
                counts = dict(line.split(None, 1) for line in file if " " in line)
            return int(counts.get("oom_kill", 0)) > 0
    return False
