"""Start processes as each system needs it, and have them end in time."""
