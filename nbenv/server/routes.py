"""The addresses of the REST API below ``/nbenv/api``, each with its handler.

Another endpoint is a handler class, in one of the modules here, and a line in `ROUTES`.
"""

from __future__ import annotations

from nbenv.server import carry_handlers, handlers, job_handlers, marks_handler
from nbenv.server.base_handler import NbenvHandler
from nbenv.server.widgets import extension_handlers

__all__ = ["ROUTES"]

ROUTES: dict[str, type[NbenvHandler]] = {
    "version": handlers.VersionHandler,
    "status": handlers.StatusHandler,
    "record": handlers.RecordHandler,
    "packages": handlers.PackagesHandler,
    "package": handlers.PackageHandler,
    "versions": handlers.VersionsHandler,
    "history": handlers.HistoryHandler,
    "pythons": handlers.PythonsHandler,
    "requirement": handlers.RequirementHandler,
    "module": handlers.ModuleHandler,
    "marks": marks_handler.MarksHandler,
    "carry": carry_handlers.CarryHandler,
    "jobs": job_handlers.JobsHandler,
    r"jobs/([a-z0-9-]+)": job_handlers.JobHandler,
    r"jobs/([a-z0-9-]+)/events": job_handlers.EventsHandler,
    "extensions": extension_handlers.ExtensionsHandler,
    r"extensions/(\w[\w.-]*)/([0-9a-f]{32})/(.+)": extension_handlers.ExtensionFileHandler,
    ".*": handlers.UnknownHandler,
}
"""Patterns of addresses, tried in this order."""
