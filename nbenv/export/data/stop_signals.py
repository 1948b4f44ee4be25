"""The signals that end a container, noticed from the moment when this module is imported.

Before the first cell runs there is nothing to save, and a signal ends the run at once.
"""

import os
import signal

received = []
"""The numbers of the signals that came while cells ran."""
_saves = []


def begin():
    """Note signals from now on, instead of ending at once."""
    _saves.append(True)


def _take(number, frame):
    if _saves:
        received.append(number)
        return
    name = signal.Signals(number).name
    os.write(2, "nbenv: Stopped by {} before the first cell ran.\n".format(name).encode())
    os._exit(128 + number)


for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, _take)
