"""Texts that people type: their grammar, and what they probably meant."""
