"""What operators ask of a cluster: topics as they are and should be, settings, lag."""
