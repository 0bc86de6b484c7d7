"""The representative worker: from capacity changes and presence to totals."""
