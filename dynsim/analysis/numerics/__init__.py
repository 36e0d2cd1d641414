"""Numerical methods: arrays in, arrays out. Nothing here knows of a program."""
