"""Support for the tests: tiny real distributions, a local index, kernels, servers, browsers."""
