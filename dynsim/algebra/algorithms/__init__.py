"""Algorithms written out as expressions: their loops run while the graph is built.

The result is an expression like any other, with derivatives and one fixed sequence of operations for all replicas. A
loop that ran until it converges would have neither.
"""
