"""The learners a search may choose from, one file each."""
