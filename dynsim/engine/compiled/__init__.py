"""Programs as machine code: the kernel of a program, and the blocks of lanes that it runs on."""
