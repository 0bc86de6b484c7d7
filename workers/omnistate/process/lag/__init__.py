"""The lag worker's process: measures every group from outside, and shows it as metrics."""
