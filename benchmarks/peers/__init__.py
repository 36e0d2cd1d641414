"""The programs that dynsim is compared with, each written as well as its users would."""
