"""Stand-ins for services that cannot run on a developer's machine."""
