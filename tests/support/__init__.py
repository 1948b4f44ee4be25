"""Support for the tests: tiny real distributions and a local package index to serve them."""
