"""What runs the core: batches, partitions and workers, over ports that adapters fill."""
