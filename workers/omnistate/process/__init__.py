"""What a process around the engine needs: settings, logs, metrics, the worker itself."""
