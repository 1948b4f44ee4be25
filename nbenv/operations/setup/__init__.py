"""The set-up on this machine: checking it, and telling other programs of it."""
