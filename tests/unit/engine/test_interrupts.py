"""Interrupts, held back and explained."""

from __future__ import annotations

import signal
import threading

import pytest

from nbenv.engine.interrupts import stopped, stopped_too_late, undisturbed


def test_what_is_left_is_said() -> None:
    assert "are unchanged" in stopped(is_unchanged=True).why
    assert "partly installed" in stopped(is_unchanged=False).why
    assert "recorded" in stopped_too_late().what


def test_an_interrupt_comes_after_the_block() -> None:
    done = False
    with pytest.raises(KeyboardInterrupt), undisturbed():
        signal.raise_signal(signal.SIGINT)
        done = True
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_is_not_disturbed_anyway() -> None:
    ran = []

    def run() -> None:
        with undisturbed():
            ran.append(1)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ran == [1]
