"""Environments for all users of a machine: provided by one, used by the others."""
