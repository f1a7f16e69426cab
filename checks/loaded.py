"""Everything that verification needs, loaded by being imported: the server of worker processes imports this once."""

from . import catalogue, verify

__all__ = ["verify"]

catalogue.load()
