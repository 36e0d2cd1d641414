"""The game between the agents at one state: its Jacobian, equilibria, best responses and normal form."""
