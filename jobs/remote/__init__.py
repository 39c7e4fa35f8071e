"""Runs the unchanged jobs where nothing but S3 is shared."""
