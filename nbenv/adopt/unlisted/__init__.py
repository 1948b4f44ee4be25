"""Modules that the table of import names lacks: what to ask about them, and what answers count."""
