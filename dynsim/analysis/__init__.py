"""The conflict log and all that is computed from a record: after a run, never during it."""

from .conflict_log.tables import Tables, tables

__all__ = ["Tables", "tables"]
