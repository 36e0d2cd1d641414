"""Programs run by NumPy, one operation at a time: slow, and independent of the generated code."""
