"""The part of the REST API that brings widgets from notebooks' environments into the page."""
