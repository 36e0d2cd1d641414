"""What is computed: programs, units and tasks, and what is collected of every replica."""
