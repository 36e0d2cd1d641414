"""The expression graph: building, parsing, differentiating, interpreting. It knows no agents.

From the bottom up; each floor imports only those before it:

1. Plain data: `domain` (scalar, node or edge), `operations` (the table of elementwise operations), `nodes`, and
   `topology` (a population's graph as arrays).
2. Functions of nodes: `simplify` (a simpler form) and `printing` (the text).
3. How values behave in Python: `operators` (+, <, …), `numpy_calls` (np.exp), and `vector`.
4. `graph`: the table of nodes, where all expressions are built. Then `leaves` and `structural` (nodes that are not
   elementwise operations), `functions`, `distribution` and `value`.
5. Work on expressions: `derivatives`, `differentiate`, `substitute`, `interpret`.
6. `algorithms/`: linear systems and the simplex, written out as expressions. `reading/`: texts to expressions.
"""
