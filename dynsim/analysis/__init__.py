"""The conflict log: what is computed from a program and its record, never during a run."""

from .conflict_log.tables import Tables, tables

__all__ = ["Tables", "tables"]
