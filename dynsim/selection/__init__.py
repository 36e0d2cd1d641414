"""Selection schemes, one in a file: who reproduces, and who is replaced."""

from .base import SCHEMES, Scheme, Succession, make

__all__ = ["SCHEMES", "Scheme", "Succession", "make"]
