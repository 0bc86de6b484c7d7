"""The real engine behind the oracle's interface, so that tests can hold one against the other."""
