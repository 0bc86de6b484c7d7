"""The router over records: outputs and configuration into its picture, its actions into events."""
