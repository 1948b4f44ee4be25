"""Container engines: they build images of environments, and run notebooks in them."""
