"""Service figures: what changes come to in windows of time."""
