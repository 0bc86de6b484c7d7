"""The figures worker's process: Faust's stream, metrics."""
