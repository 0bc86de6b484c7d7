"""Generated documents, each written by a command and compared with `--check`."""
