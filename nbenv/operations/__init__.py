"""One module for each thing a person asks nbenv to do."""
