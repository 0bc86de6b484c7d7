"""The process of a worker on partition tasks, conversation or representative: engine, metrics."""
