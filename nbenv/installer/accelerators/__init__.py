"""The builds of PyTorch: which one fits this machine, and where it comes from."""
