"""The dynamics linearised: tangent map, Jacobian, eigenvalues, and the response of a resting state."""
