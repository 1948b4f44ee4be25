"""Virtual environments on disk, and the Pythons they are made of."""
