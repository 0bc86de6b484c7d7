"""The conversation worker: from records over the law to outputs, tables and timers."""
