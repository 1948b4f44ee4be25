"""Find out what an ordinary notebook needs, without running it."""
