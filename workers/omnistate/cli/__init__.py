"""The command line: one module per group of commands, each importing its machinery when it runs."""
