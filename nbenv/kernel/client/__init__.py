"""The part of nbenv in a client's process, which tells a kernel the document it is started for."""
