"""Everything that verification needs, loaded by being imported: the server of worker processes imports this once."""

from .server import hears_interruption, let_interruption_end

if not hears_interruption():  # in the server, then; a process that imports this for itself keeps its ways
    let_interruption_end()

from . import catalogue, verify

__all__ = ["verify"]

catalogue.load()
