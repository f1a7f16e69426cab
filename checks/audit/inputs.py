"""Inputs of an audit: drawn in batches, and made simpler where they fail."""

from .drawing import batches
from .input_batches import Batch
from .shrinking import complexity, simpler

__all__ = ["Batch", "batches", "complexity", "simpler"]
