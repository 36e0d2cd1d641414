"""The programs that dynsim is compared with, each written as well as a user would write it."""
