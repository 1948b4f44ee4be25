"""Look up what indexes offer, each asked only for what may come from it."""
