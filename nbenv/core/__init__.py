"""Pure values and rules: parsed, compared and derived, without touching the machine."""
