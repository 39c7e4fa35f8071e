"""What every job shares: the contract with the workflow, data sets, files, progress, memory, chunks."""
