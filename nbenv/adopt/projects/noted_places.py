"""Note the modules that code puts beside a notebook: by files, clones, downloads and folders."""

from __future__ import annotations

import re
from pathlib import Path

from nbenv.adopt.code.facts import CodeFacts
from nbenv.adopt.install_commands import clones, moved_here, saved_files
from nbenv.adopt.local_modules import LocalModules

__all__ = ["note_places"]


def note_places(facts: CodeFacts, local: LocalModules, *, is_cell: bool) -> None:
    """Note the modules that code itself puts beside the notebook, or on the path.

    Parameters
    ----------
    facts
        The facts about the code.
    local
        The modules beside the notebook, which are completed.
    is_cell
        Whether a folder that the code changes to is the notebook's from then on.
    """
    shell = (facts.commands, facts.colab_commands, facts.conditional_commands)
    for command in [each for some in shell for each in some]:
        local.clones.update(clones(command))  # before the folders, which may be in one
    for text in facts.entered if is_cell else ():
        local.enter(text)
    for text in facts.paths:
        local.add_folder(text)
    for text in facts.late_paths:
        local.add_folder(text, late=True)
    local.written.update(facts.written_files)
    for command in [each for some in shell for each in some]:
        local.note_saved(saved_files(command))
        for source, name in moved_here(command):
            local.note_moved(source, name)
        for address in re.findall(r"https?://\S+?\.py\b", command):
            local.note_download(address)
    lines = [found for each in facts.commands for found in re.findall(r"\bcd\s+(\S+)", each)]
    local.entered += [Path(line.strip("'\"")).name for line in lines]
    for call in facts.calls:
        if call.method in ("urlretrieve", "download", "urlopen", "get") and call.texts:
            for text in call.texts:
                local.note_download(text)
