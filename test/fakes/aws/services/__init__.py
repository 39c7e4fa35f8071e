"""The services that run jobs, one concept a module."""
