"""Routes from decisions through variables to utilities, in small systems where they can be told by hand."""

import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.incentive_graph import IncentiveGraph
from dynsim.errors import InputError

from .cases import pooled, simulated


def rows(study):
    """{quantity: {(agent, variable): (via, share of replicas)}}."""
    table = IncentiveGraph().table(pooled(study))
    found = {quantity: {} for quantity in ("hidden", "effective", "declared")}
    for row in table.itertuples():
        found[row.quantity][row.agent, row.variable] = row.via, row.mean
    return found


def forecaster(**agent):
    """A forecast theta that the world answers to, and an actor who pushes."""
    s = ds.System("forecast")
    theta, push = s.state("theta", init=0.1), s.state("push", init=0.1)
    world = s.derived("world", 1 + 0.4 * theta + push)
    s.parameter("g", 0.0)
    s.parameter("c", 0.0)
    s.agent("actor", controls=push, declared=(world - 2) ** 2 + push**2, rule=ds.rules.gradient(rate=0.1))
    s.agent("forecaster", controls=theta, declared=(theta - world) ** 2, rule=ds.rules.gradient(rate=0.1), **agent)
    s.clock(steps=3)
    return s


def test_a_plain_objective_hides_nothing():
    found = rows(simulated(forecaster()))
    assert found["hidden"] == {}
    assert found["declared"] == found["effective"] == {
        ("actor", "world"): ("push → world → declared", 1.0),
        ("forecaster", "world"): ("theta → world → declared", 1.0),
    }


def test_an_open_path_is_hidden_and_a_closed_one_is_none():
    """g = 0, ½, 1 in three replicas; the label does not say that the world answers."""
    s = forecaster(paths={"world": "g"})
    s.ensemble(replicas=3, vary={"g": [0.0, 0.5, 1.0]})
    found = rows(simulated(s))
    assert found["hidden"] == {("forecaster", "world"): ("theta → world → declared", pytest.approx(2 / 3))}
    assert ("forecaster", "world") not in found["declared"]


def test_credit_opens_a_route_to_another_s_label():
    """Through the world to what the actor wants of it: only where c is not 0, and only if the path is open."""
    s = forecaster(paths={"world": 1}, credit={"actor": "c"}, pursues="theta**2")
    s.ensemble(replicas=4, vary={"c": [0.0, 0.0, 0.1, 1.0]})
    found = rows(simulated(s))
    assert found["hidden"] == {("forecaster", "world"): ("theta → world → actor's label", 0.5)}
    s = forecaster(credit={"actor": 1}, paths={"world": 0})
    assert rows(simulated(s))["hidden"] == {}


def test_what_is_pursued_in_secret_is_effective_and_not_declared():
    s = forecaster()
    s.derived("influence", "theta*push")
    s.data["agents"]["forecaster"]["pursues"] = "(theta - 1)**2 - influence"
    found = rows(simulated(s))
    assert found["hidden"] == {("forecaster", "influence"): ("theta → influence → pursued", 1.0)}
    assert found["declared"]["forecaster", "world"] == ("theta → world → declared", 1.0)
    assert ("forecaster", "world") not in found["effective"]


@pytest.mark.parametrize(("horizon", "seen"), [
    (None, set()), (1, {"near"}), (2, {"near", "far", "reading"}), ("fixed_point", {"near", "far", "reading"}),
])
def test_a_horizon_reaches_as_far_as_the_flow_runs(horizon, seen):
    """theta moves near in one step, near moves far in the next; the objective reads both, far through a derived one."""
    s = ds.System("chain")
    theta = s.state("theta", init=0.1)
    near = s.state("near", init=0, flow="0.5*(theta - near)")
    far = s.state("far", init=0, flow="0.5*(near - far)")
    reading = s.derived("reading", far - 1)
    extra = {} if horizon is None else {"horizon": horizon}
    s.agent("a", controls=theta, declared=theta**2 + near**2 + reading**2, rule=ds.rules.gradient(rate=0.1), **extra)
    s.clock(steps=3)
    found = rows(simulated(s))
    assert found["declared"] == {}
    assert {name for _, name in found["hidden"]} == seen
    if "far" in seen:
        assert found["hidden"]["a", "far"][0] == "theta ⇝ near ⇝ far → reading → declared"


def test_a_factor_on_a_variable_that_flows_acts_where_it_is_read():
    """Blind to near, the agent still sees far move by way of near."""
    s = ds.System("chain")
    theta = s.state("theta", init=0.1)
    near = s.state("near", init=0, flow="0.5*(theta - near)")
    far = s.state("far", init=0, flow="0.5*(near - far)")
    s.agent("a", controls=theta, declared=theta**2 + near**2 + far**2, rule=ds.rules.gradient(rate=0.1), horizon=3,
            paths={"near": 0})
    s.clock(steps=3)
    found = rows(simulated(s))["hidden"]
    assert found["a", "far"][0] == "theta ⇝ near ⇝ far → declared"
    assert found["a", "near"][0] == "theta ⇝ near ⇝ far → declared"
    s.data["agents"]["a"]["paths"] = {"far": 0}
    found = rows(simulated(s))["hidden"]
    assert {name for _, name in found} == {"near"}


def duel(rule, **first):
    """Two losses that both read both variables."""
    s = ds.System("duel")
    x, y = s.state("x", init=0.3), s.state("y", init=-0.4)
    s.agent("a", controls=x, declared=(x + y) ** 2 - 2 * x, rule=rule, **first)
    s.agent("b", controls=y, declared=(x + y) ** 2 - 2 * y, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    return rows(simulated(s))["hidden"]


@pytest.mark.parametrize(("rule", "shapes"), [
    ("gradient", False), ("lookahead", False), ("lola", True), ("sos", True), ("extragradient", False),
    ("consensus", True), ("optimistic", False),
])
def test_rules_that_look_at_how_others_learn_have_a_reason_to_shape_it(rule, shapes):
    """Lookahead only anticipates the other's step; LOLA and SOS shape it; consensus lowers the other's |ξ|²."""
    settings = {"rate": 0.1} | ({"foresight": 0.1} if rule in ("lola", "sos", "lookahead") else {})
    found = duel({rule: settings})
    assert found == ({("a", "y"): ("a → b learns → y → declared", 1.0)} if shapes else {})


@pytest.mark.parametrize(("edge", "shapes"), [(100, False), (-100, True)])
def test_a_rule_that_finds_nothing_to_shape_at_any_recorded_state_has_no_reason(edge, shapes):
    """The first agent cares for y only beyond an edge: LOLA's extra term is 0 where nobody ever gets there."""
    s = ds.System("edge")
    x, y = s.state("x", init=0.3), s.state("y", init=-0.4)
    s.agent("a", controls=x, declared=f"x**2 + max(y - {edge}, 0)", rule={"lola": {"rate": 0.1, "foresight": 0.1}})
    s.agent("b", controls=y, declared=(x + y) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    found = rows(simulated(s))["hidden"]
    assert found == ({("a", "y"): ("a → b learns → y → declared", 1.0)} if shapes else {})


@pytest.mark.parametrize(("factor", "shapes"), [(0, False), (1, True)])
def test_a_path_through_another_s_learning_is_a_route(factor, shapes):
    found = duel(ds.rules.gradient(rate=0.1), paths={"b": factor})
    assert found == ({("a", "y"): ("a → b learns → y → declared", 1.0)} if shapes else {})


def test_components_in_other_hands_are_told_apart():
    """A vector shared between two, and what both read of it."""
    s = ds.System("shared")
    f = s.state("f", init=[0.0, 0.0], size=2)
    x = s.derived("x", f[0] + f[1])
    s.agent("left", controls=f[0], declared=(x - 1) ** 2, rule={"lola": {"rate": 0.1, "foresight": 0.1}})
    s.agent("right", controls=f[1], declared=(x + 1) ** 2 * (f[0] + 2) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    found = rows(simulated(s))
    assert found["declared"]["left", "x"] == ("f[0] → x → declared", 1.0)
    assert found["hidden"]["left", "f[1]"] == ("left → right learns → f[1] → x → declared", 1.0)


def test_a_whole_vector_is_named_as_one():
    s = ds.System("vectors")
    x, y = s.state("x", init=[0.1, 0.2], size=2), s.state("y", init=[0.1, 0.2], size=2)
    d = s.derived("d", [x[0] + y[0], x[1] - y[1]])
    s.agent("a", controls=x, declared=d[0] ** 2 + d[1] ** 2, rule={"lola": {"rate": 0.1, "foresight": 0.1}})
    s.agent("b", controls=y, declared=d[0] * x[0] * y[0], rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    found = rows(simulated(s))
    assert found["declared"]["a", "d"] == ("x → d → declared", 1.0)
    assert found["hidden"]["a", "y"] == ("a → b learns → y → d → declared", 1.0)


def test_a_factor_that_is_open_only_for_a_while_counts():
    s = forecaster(paths={"world": "g"})
    s.event("opening", at=2, set={"g": 1})
    s.event("closing", at=3, set={"g": 0})
    assert rows(simulated(s))["hidden"]["forecaster", "world"][1] == 1.0


def test_without_a_model_there_is_nothing_to_read_it_off():
    study = simulated(forecaster())
    with pytest.raises(InputError, match="the model"):
        IncentiveGraph().table(Study(study.program, study.recording))
