"""Packages of the system that cells install, which no Python package index has."""
