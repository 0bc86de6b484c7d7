"""What tests, chaos and benchmark start and ask: servers, workers, readers, makers of events."""
