"""Generated modules: their text is put together, executed, and kept with its machine code."""
