"""Paths of influence: what can affect what, read off a program's expressions."""
