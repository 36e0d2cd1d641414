"""Learning in games of the textbooks: where it has to end, and every step of a few small systems by hand."""

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

from tests.verification.running import last, last_of_nodes, run


def test_hawks_and_doves_end_at_the_stable_mixture() -> None:
    """Maynard Smith and Price 1973: V/C hawks.

    A population game: everyone takes the payoffs as given, which is a path factor 0 at what the others do.
    """
    done = run("""\
params: {V: 2, C: 3}
variables:
  x: {size: 2, init: [0.1, 0.9], space: simplex}
  payoff: {expr: "[(V - C)/2*x[0] + V*x[1], V/2*x[1]]"}
agents: {all: {controls: x, declared: "-(x @ payoff)", paths: {payoff: 0}, rule: {replicator: {rate: 0.1}}}}
clock: {steps: 1000}
record: {every: 1000}
""", compiled=False)  # fmt: skip
    assert last(done, "x[0]", "x[1]")[0] == pytest.approx([2 / 3, 1 / 3], abs=1e-12)


COURNOT = """\
params: {a: 10, cost: [1, 2, 3]}
variables: {q: {size: 3, init: [1, 0.5, 0]}}
agents:
  one: {controls: "q[0]", declared: "-(a - sum(q) - cost[0])*q[0]", rule: RULE1}
  two: {controls: "q[1]", declared: "-(a - sum(q) - cost[1])*q[1]", rule: RULE2}
  three: {controls: "q[2]", declared: "-(a - sum(q) - cost[2])*q[2]", rule: RULE3}
clock: CLOCK
"""


def cournot(rules: list[str], clock: str) -> str:
    text = COURNOT.replace("CLOCK", clock)
    for k, rule in enumerate(rules, 1):
        text = text.replace(f"RULE{k}", rule)
    return text


BEST_REPLIES = [
    f'{{heuristic: {{rate: 1, target: "(a - cost[{k}] - sum(q) + q[{k}])/2"}}}}' for k in range(3)
]  # fmt: skip


def test_best_replies_in_turn_find_the_cournot_equilibrium() -> None:
    """q_i = (a − n c_i + Σ_{j≠i} c_j)/(n + 1) (Cournot 1838): 3, 2, 1 here."""
    done = run(cournot(BEST_REPLIES, "{steps: 100, order: sequential}"), compiled=False)
    assert last(done, "q[0]", "q[1]", "q[2]")[0] == pytest.approx([3, 2, 1], abs=1e-12)


def test_best_replies_of_three_at_once_cycle() -> None:
    """Theocharis 1960: with three firms the largest eigenvalue is −1, and the distance along (1, 1, 1) stays."""
    done = run(cournot(BEST_REPLIES, "{steps: 200}"), compiled=False)
    assert done.summary.verdict[0] == "cycling"
    assert done.summary.period[0] == 2
    q = done.states[["q[0]", "q[1]", "q[2]"]].to_numpy()
    # Deviations (−2, −1.5, −1) have mean −1.5, which changes its sign in every step; the rest of them dies out.
    assert q[-1] == pytest.approx([1.5, 0.5, -0.5], abs=1e-12)
    assert q[-2] == pytest.approx([4.5, 3.5, 2.5], abs=1e-12)


def test_different_rules_agree_on_the_cournot_equilibrium() -> None:
    """Where everyone's gradient is zero, no rule moves: gradient, momentum and a best reply side by side."""
    rules = ["{gradient: {rate: 0.1}}", "{momentum: {rate: 0.02, beta: 0.8}}", BEST_REPLIES[2]]
    done = run(cournot(rules, "{steps: 1000, order: [three, one, two]}"), compiled=False)
    assert last(done, "q[0]", "q[1]", "q[2]")[0] == pytest.approx([3, 2, 1], abs=1e-10)


def test_gradient_play_of_three_players_is_a_matrix_exponential() -> None:
    """L_i = ½ m_ii z_i² + Σ_{j≠i} m_ij z_i z_j: ż = −M z, however asymmetric M is."""
    game = np.array([[1, 0.5, -0.3], [-0.7, 1.2, 0.4], [0.2, -0.9, 0.8]])
    matrices = np.zeros((3, 3, 3))
    for i in range(3):
        matrices[i, i, :] = matrices[i, :, i] = game[i]
    done = run(f"""\
variables: {{x: {{init: 1}}, y: {{init: -1}}, z: {{init: 0.5}}}}
games: {{g: {{quadratic: {{matrices: {matrices.tolist()}, actions: [x, y, z]}}}}}}
agents:
  one: {{controls: x, declared: "g[0]", rule: {{gradient: {{rate: 1}}}}}}
  two: {{controls: y, declared: "g[1]", rule: {{gradient: {{rate: 1}}}}}}
  three: {{controls: z, declared: "g[2]", rule: {{gradient: {{rate: 1}}}}}}
clock: {{time: 3, method: dopri5, rtol: 1e-11, atol: 1e-12}}
""", compiled=False)  # fmt: skip
    assert last(done, "x", "y", "z")[0] == pytest.approx(expm(-3 * game) @ [1, -1, 0.5], abs=1e-11)


def test_time_averages_of_hedge_are_the_equilibrium_of_a_zero_sum_game() -> None:
    """Freund and Schapire 1999: average play is nearly optimal. Here 3/7 against 2/7."""
    done = run("""\
variables:
  x: {size: 2, init: [0.6, 0.4], space: simplex}
  y: {size: 2, init: [0.3, 0.7], space: simplex}
games: {g: {matrix_game: {actions: [x, y], payoffs: [[[3, -1], [-2, 1]], [[-3, 1], [2, -1]]]}}}
agents:
  row: {controls: x, declared: "g[0]", rule: {multiplicative_weights: {rate: 0.01}}}
  column: {controls: y, declared: "g[1]", rule: {multiplicative_weights: {rate: 0.01}}}
clock: {steps: 40000}
""")
    payoff = np.array([[3, -1], [-2, 1]])
    x, y = done.states[["x[0]", "x[1]"]].mean().to_numpy(), done.states[["y[0]", "y[1]"]].mean().to_numpy()
    assert x[0] == pytest.approx(3 / 7, abs=0.01)
    assert y[0] == pytest.approx(2 / 7, abs=0.01)
    assert (payoff @ y).max() - (x @ payoff).min() < 0.03
    # The last iterate does not converge (Bailey and Piliouras 2018): it runs outwards.
    assert abs(last(done, "x[0]")[0] - 3 / 7) > 0.2


def test_efforts_on_a_network_follow_bonacich_centrality() -> None:
    """Ballester, Calvó-Armengol and Zenou 2006: x* = (I − δG)⁻¹ 1, every node with an objective of its own."""
    graph = nx.karate_club_graph()
    done = run(f"""\
params: {{delta: 0.08}}
graphs: {{club: {{nodes: 34, edges: {[list(edge) for edge in graph.edges]}}}}}
variables: {{x: {{on: club, init: "uniform(0, 1)"}}}}
agents:
  members:
    controls: x
    declared: "x**2/2 - x - delta*x*sum_neighbors(neighbor(x))"
    rule: {{gradient: {{rate: 0.5}}}}
clock: {{steps: 300}}
record: {{every: 300}}
""", compiled=False)  # fmt: skip
    exact = np.linalg.solve(np.eye(34) - 0.08 * nx.to_numpy_array(graph, weight=None), np.ones(34))
    assert last_of_nodes(done, "x")[0] == pytest.approx(exact, abs=1e-12)


def test_a_hopfield_network_recalls_and_its_energy_falls() -> None:
    """Hopfield 1982: units that move one after the other never raise E = −½ sᵀWs; W = pattern ⊗ pattern / n."""
    n = 12
    pattern = np.where(np.random.default_rng(0).normal(size=n) > 0, 1, -1)
    weights = np.outer(pattern, pattern) / n * (1 - np.eye(n))
    start = pattern * np.where(np.arange(n) < 3, -1, 1)
    units = "\n".join(
        f'  u{k}: {{controls: "s[{k}]", declared: "-(s @ (W @ s))/2", '
        f'rule: {{heuristic: {{rate: 1, target: "sign((W @ s)[{k}])"}}}}}}'
        for k in range(n)
    )
    done = run(
        f"params: {{W: {weights.tolist()}}}\nvariables: {{s: {{size: {n}, init: {start.tolist()}}}}}\n"
        f"agents:\n{units}\nclock: {{steps: 5, order: sequential}}", compiled=False,
    )  # fmt: skip
    states = done.states[[f"s[{k}]" for k in range(n)]].to_numpy()
    energy = -0.5 * np.einsum("ti,ij,tj->t", states, weights, states)
    assert (np.diff(energy) <= 1e-12).all()
    assert (states[-1] == pattern).all()


def test_paths_and_credit_through_two_layers_by_hand() -> None:
    """u = sin x + y, w = u² + xy. A path factor scales every route through its variable, also within another's."""
    x, y, p, q, c, rate = 0.6, -0.4, 0.3, 0.7, 0.4, 0.1
    done = run(f"""\
params: {{p: {p}, q: {q}, c: {c}}}
variables: {{x: {{init: {x}}}, y: {{init: {y}}}, u: {{expr: "sin(x) + y"}}, w: {{expr: "u**2 + x*y"}}}}
agents:
  one:
    controls: x
    declared: "x*w + u"
    credit: {{two: c}}
    paths: {{u: p, w: q}}
    rule: {{gradient: {{rate: {rate}}}}}
  two: {{controls: y, declared: "exp(u)*x", rule: {{gradient: {{rate: {rate}}}}}}}
clock: {{steps: 1}}
""", compiled=False)  # fmt: skip
    u = np.sin(x) + y
    w = u**2 + x * y
    du = p * np.cos(x)
    by_x = w + x * q * (y + 2 * u * du) + du + c * np.exp(u) * (1 + x * du)
    assert last(done, "x", "y")[0] == pytest.approx([x - rate * by_x, y - rate * x * np.exp(u)], abs=1e-15)


def test_moves_on_one_variable_add_with_their_gains() -> None:
    """Gradient with gain k and momentum on x, gain ½ on y, step by step."""
    done = run("""\
params: {k: 2}
variables: {x: {init: 1}, y: {init: 0}}
agents:
  one: {controls: {x: k, y: 0.5}, declared: "(x - 2)**2 + (y - 1)**2", rule: {gradient: {rate: 0.1}}}
  two: {controls: x, declared: "x**2", rule: {momentum: {rate: 0.1, beta: 0.5}}}
clock: {steps: 3}
""", compiled=False)  # fmt: skip
    x, y, v = 1.0, 0.0, 0.0
    for _ in range(3):
        v = 0.5 * v - 0.1 * 2 * x
        x, y = x - 2 * 0.1 * 2 * (x - 2) + v, y - 0.5 * 0.1 * 2 * (y - 1)
    assert last(done, "x", "y")[0] == pytest.approx([x, y], abs=1e-15)
