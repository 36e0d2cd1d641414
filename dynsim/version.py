"""The version of dynsim: here, where nothing has to be imported or installed to read it."""

__version__ = "0.1.0"
