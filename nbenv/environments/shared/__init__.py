"""Environments that an administrator provides for all users of a machine, such as in an image."""
