"""The steps that every operation is composed of: snapshot, consent, resolve, sync, record."""
