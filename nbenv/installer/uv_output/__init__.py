"""Progress for people, from what uv prints and draws."""
