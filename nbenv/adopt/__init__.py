"""Read what an ordinary notebook needs; nothing of it is run."""
