"""The projection worker's process: engine, read API, board, metrics."""
