"""What nbenv does: each verb composed of the effects below, in one place for every front end.

A verb that takes time is a generator that yields `Progress` and returns its `Outcome`.
"""

from nbenv.operations.approvals import approvals, revoke
from nbenv.operations.document import Document, Target
from nbenv.operations.fallback import preview_fallback
from nbenv.operations.installing import Wish, install
from nbenv.operations.ladder import LEVELS as FALLBACKS
from nbenv.operations.looking import list_, outdated, packages, pip_look, status, tree, why
from nbenv.operations.previewing import preview
from nbenv.operations.progress import Outcome, Progress, Steps, drain
from nbenv.operations.verbs import (
    move,
    prepare,
    restore,
    undo,
    uninstall,
    upgrade,
)

__all__ = [
    "FALLBACKS",
    "Document",
    "Outcome",
    "Progress",
    "Steps",
    "Target",
    "Wish",
    "approvals",
    "drain",
    "install",
    "list_",
    "move",
    "outdated",
    "packages",
    "pip_look",
    "prepare",
    "preview",
    "preview_fallback",
    "restore",
    "revoke",
    "status",
    "tree",
    "undo",
    "uninstall",
    "upgrade",
    "why",
]
