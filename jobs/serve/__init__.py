"""The model server of endpoints, on this machine and in a container."""
