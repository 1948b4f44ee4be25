"""The functions that wait for the present one, across tasks, event loops and threads.

A stack alone does not tell that. An event loop runs the steps of all its tasks, so that below a
step lies whoever runs the loop, which may be another document's client. What waits for a task is
another task, or a blocking call: Jupyter's blocking methods run their coroutine in a loop of their
own, on another thread where one runs already.
"""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop, Task, all_tasks
from asyncio.events import Handle
from collections.abc import Iterator
from gc import get_referents
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any

__all__ = ["callers"]

_DEEPEST = 500
"""Frames of one stack that are looked at: some frameworks recurse."""
_MOST = 20
"""Tasks that wait for one another, and are followed."""
_STEP: CodeType = Handle._run.__code__
"""What an event loop calls to run a step of a task."""


def callers(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and those that wait for it, innermost first.

    It ends at a task that nothing is known to wait for.
    """
    for _ in range(_MOST):
        stack = list(_stack(frame))
        yield from (each for each in stack if each.f_code is not _STEP)
        if not stack or stack[-1].f_code is not _STEP:
            return
        step = stack[-1]
        outermost = next((each for each in reversed(stack) if _is_coroutine(each)), None)
        while True:
            if outermost is None:
                return
            frame = _blocking_call(outermost, step)
            if frame is not None:
                break
            frames = _waiting_task(outermost, step)
            yield from frames
            outermost = frames[-1] if frames else None


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of a stack up to the step of a task."""
    for _ in range(_DEEPEST):
        if frame is None:
            return
        yield frame
        if frame.f_code is _STEP:
            return
        frame = frame.f_back


def _is_coroutine(frame: FrameType) -> bool:
    return bool(frame.f_code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR))


# -- what waits for a coroutine


def _blocking_call(coroutine: FrameType, step: FrameType) -> FrameType | None:
    """Return the frame that blocks until a loop has run a coroutine; None where there is none."""
    for start in (step.f_back, *sys._current_frames().values()):
        frame = start
        for _ in range(_DEEPEST):
            if frame is None:
                break
            if frame is not coroutine and _holds(frame, coroutine):
                return frame
            frame = frame.f_back
    return None


def _waiting_task(coroutine: FrameType, step: FrameType) -> list[FrameType]:
    """Return the frames of the task that waits for the one of a coroutine, innermost first."""
    loop = getattr(step.f_locals.get("self"), "_loop", None)
    tasks = list(all_tasks(loop)) if isinstance(loop, AbstractEventLoop) else []
    own = next((task for task in tasks if _is_of(task, coroutine)), None)
    others = [task for task in tasks if task is not own]
    for task in others:
        future = getattr(task, "_fut_waiter", None)
        if future is not None and (future is own or _has_child(future, own)):
            return _frames(task)
    for task in others:  # `wait_for` and the like wait for a future of their own
        frames = _frames(task)
        if any(_holds(frame, coroutine) for frame in frames):
            return frames
    return []


def _has_child(future: Any, task: Task[Any] | None) -> bool:
    """Return whether a future is that of ``asyncio.gather``, and gathers a task."""
    children = getattr(future, "_children", None)
    return isinstance(children, list) and any(each is task for each in children)


def _frames(task: Task[Any]) -> list[FrameType]:
    """Return the frames of a task that is suspended, innermost first."""
    frames: list[FrameType] = []
    inner: object = task.get_coro()
    while inner is not None and len(frames) < _DEEPEST:
        if isinstance(inner, CoroutineType):
            frame, inner = inner.cr_frame, inner.cr_await
        elif isinstance(inner, AsyncGeneratorType):
            frame, inner = inner.ag_frame, inner.ag_await
        elif isinstance(inner, GeneratorType):
            frame, inner = inner.gi_frame, inner.gi_yieldfrom
        else:  # a step of an asynchronous generator refers to it; a future to no such thing
            known = [each for each in get_referents(inner) if isinstance(each, AsyncGeneratorType)]
            inner = known[0] if known else None
            continue
        if frame is not None:
            frames.append(frame)
    return frames[::-1]


def _holds(frame: FrameType, coroutine: FrameType) -> bool:
    """Return whether a variable of a frame is a coroutine, or a task of it."""
    return any(_is_of(each, coroutine) for each in list(frame.f_locals.values()))


def _is_of(value: object, frame: FrameType) -> bool:
    """Return whether a value is a coroutine, or a task of one, that has this frame."""
    if isinstance(value, Task):
        value = value.get_coro()
    return isinstance(value, CoroutineType) and value.cr_frame is frame
