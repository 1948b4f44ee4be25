"""The table of the REST API's addresses."""

from __future__ import annotations

import re

import pytest

from nbenv.server import carry_handlers, handlers, job_handlers, marks_handler
from nbenv.server.routes import ROUTES
from nbenv.server.widgets import extension_handlers


@pytest.mark.parametrize(
    ("address", "handler"),
    [
        ("version", handlers.VersionHandler),
        ("jobs", job_handlers.JobsHandler),
        ("jobs/0a1b", job_handlers.JobHandler),
        ("jobs/build-0a1b/events", job_handlers.EventsHandler),
        ("jobs/0a1b/nothing", handlers.UnknownHandler),
        ("jobs/../version", handlers.UnknownHandler),
        ("extensions", extension_handlers.ExtensionsHandler),
        (f"extensions/a.b-1/{32 * '0'}/static/x.js", extension_handlers.ExtensionFileHandler),
        (f"extensions/../{32 * '0'}/static/x.js", handlers.UnknownHandler),
        (f"extensions/..%2Fa/{32 * '0'}/static/x.js", handlers.UnknownHandler),
        ("extensions/a-1/0/static/x.js", handlers.UnknownHandler),
        ("versionss", handlers.UnknownHandler),
        ("", handlers.UnknownHandler),
    ],
)
def test_the_first_pattern_decides(address: str, handler: type) -> None:
    assert next(ROUTES[each] for each in ROUTES if re.fullmatch(each, address)) is handler


def test_every_handler_has_an_address() -> None:
    rooms = (handlers, job_handlers, carry_handlers, marks_handler, extension_handlers)
    written = [name for room in rooms for name in room.__all__]
    assert sorted(handler.__name__ for handler in ROUTES.values()) == sorted(written)


def test_every_method_asks_who_it_is() -> None:
    """Both checks wrap each of them; the innermost function is the handler's own."""
    for handler in set(ROUTES.values()):
        for name in {"get", "post", "put", "patch", "delete"} & set(vars(handler)):
            method, depth = getattr(handler, name), 0
            while hasattr(method, "__wrapped__"):
                method, depth = method.__wrapped__, depth + 1
            assert depth == 2, (handler, name)
