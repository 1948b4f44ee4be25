"""Sphinx configuration: ``python -m sphinx -W --keep-going -b html docs docs/_build/html``."""

from __future__ import annotations

import re
from pathlib import Path

# The text is read and nothing imported, so that the site builds where nbenv is not installed.
_VERSION = Path(__file__).parent.parent / "nbenv" / "_version.py"
_found = re.search(r'^__version__ = "(.+)"$', _VERSION.read_text(encoding="utf-8"), re.MULTILINE)
assert _found is not None, f"{_VERSION} names a version"

project = "nbenv"
author = "nbenv contributors"
copyright = author
version = release = _found[1]

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True

templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_theme = "pydata_sphinx_theme"
html_title = f"nbenv {release}"
html_show_sourcelink = False
html_theme_options = {
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"**": ["all-pages.html"]}
