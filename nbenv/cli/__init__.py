"""The command line: its commands, and the output that people and programs read."""
