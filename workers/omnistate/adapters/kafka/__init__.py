"""Kafka through aiokafka: the one package that imports the driver."""
