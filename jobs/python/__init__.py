"""Jobs that need no cluster engine."""
