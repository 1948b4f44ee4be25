"""The projects that notebooks install by their folders."""
