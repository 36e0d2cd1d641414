"""`python -m dynsim` is the command `dynsim`."""

from .cli import main

main()
