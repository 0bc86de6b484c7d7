"""The configuration topics: published by commands, followed by workers."""
