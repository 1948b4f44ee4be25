"""The contents of outputs, read with the code that printed them."""
