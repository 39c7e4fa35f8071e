"""Jobs that run on Ray."""
