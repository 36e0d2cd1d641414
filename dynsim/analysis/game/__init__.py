"""The game between the agents at one state: its Jacobian, equilibria, best responses, gradients."""
