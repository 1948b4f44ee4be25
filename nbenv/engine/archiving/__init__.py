"""Archives of a notebook's environment: what belongs in one, and the writing of it."""
