"""Experiments: what runs are set against, what is kept of them, and how they are summed up for readers."""
