"""The embedded log: the twin of Kafka in memory."""
