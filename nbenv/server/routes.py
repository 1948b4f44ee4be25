"""The addresses of the REST API below ``/nbenv/api``, each with its handler.

Another endpoint is a handler class, in one of the two modules here, and a line in `ROUTES`.
"""

from __future__ import annotations

from nbenv.server import handlers, job_handlers
from nbenv.server.base_handler import NbenvHandler

__all__ = ["ROUTES"]

ROUTES: dict[str, type[NbenvHandler]] = {
    "version": handlers.VersionHandler,
    "status": handlers.StatusHandler,
    "record": handlers.RecordHandler,
    "packages": handlers.PackagesHandler,
    "pythons": handlers.PythonsHandler,
    "requirement": handlers.RequirementHandler,
    "module": handlers.ModuleHandler,
    "jobs": job_handlers.JobsHandler,
    r"jobs/([a-z0-9-]+)": job_handlers.JobHandler,
    r"jobs/([a-z0-9-]+)/events": job_handlers.EventsHandler,
    ".*": handlers.UnknownHandler,
}
"""Patterns of addresses, tried in this order."""
