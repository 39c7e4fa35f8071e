"""AWS on this machine: moto for what only keeps records, our own state machines for what runs jobs. See README.md."""
