"""The build of PyTorch that a notebook gets on this machine."""
