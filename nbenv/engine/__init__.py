"""The composition that every operation shares: snapshot, consent, resolve, sync, record."""
