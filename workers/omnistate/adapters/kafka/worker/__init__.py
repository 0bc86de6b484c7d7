"""The port of the partition task on Kafka: group, fence, fetches, transactions."""
