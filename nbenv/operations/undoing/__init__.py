"""Past changes of an environment: undo, redo and their history."""
