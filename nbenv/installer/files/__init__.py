"""Files that say what to install, of pip and of other tools."""
