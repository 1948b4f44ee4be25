"""The callers of a function, across tasks that wait for one another."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

from nbenv.kernel.client.callers import callers


def names() -> list[str]:
    return [frame.f_code.co_name for frame in callers(sys._getframe(1))]


def test_through_tasks_and_asynchronous_generators() -> None:
    async def innermost() -> list[str]:
        return names()

    async def items() -> AsyncIterator[list[str]]:
        task = asyncio.create_task(innermost())
        yield await asyncio.shield(task)

    async def collects() -> list[str]:
        async for item in items():
            return item
        raise AssertionError

    async def other() -> None:
        await asyncio.sleep(0.01)

    async def main() -> list[str]:
        found, _ = await asyncio.gather(collects(), other())
        return found

    found = asyncio.run(main())
    assert found[:4] == ["innermost", "items", "collects", "main"]
    assert "test_through_tasks_and_asynchronous_generators" in found
    assert "other" not in found


def test_nothing_waits_for_a_callback() -> None:
    found: list[str] = []

    async def main() -> None:
        def callback() -> None:
            found.extend(names())

        asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert found == ["callback"]
