"""The contract `Replicas`: compiled blocks and all kinds of interpreted steps fulfil the whole of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from dynsim.engine.replicas import Replicas
from dynsim.engine.runners import replicas_of
from dynsim.system.ticks import Ticks, chooses_steps

from .systems import SYSTEMS, same_bits

COUNT = 5
TICKS = 4


def started(name: str, compiled: bool) -> Replicas:
    system, planned = SYSTEMS[name]()
    plan = planned(COUNT)
    if chooses_steps(system.clock):
        plan = replace(plan, every=0.02)  # several records within a step, so that the last step is a part of the state
    ticks = Ticks.of(system.clock, plan.every)
    replicas = replicas_of(system, plan, ticks, compiled=compiled, threads=1, lanes=4)
    assert replicas.prepare(lambda seconds: None, lambda: False)
    replicas.begin()
    return replicas


def advanced(replicas: Replicas, tick: int, until: int) -> None:
    replicas.new_records(until - tick)
    with ThreadPoolExecutor(1) as pool:
        replicas.advance(pool, tick, until, 0)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", ["random_numbers", "fixed_flow", "adaptive_flow"])
class TestContract:
    def test_what_is_put_is_there_and_who_is_born_is_alive(self, name: str, compiled: bool) -> None:
        replicas = started(name, compiled)
        before = replicas.present()
        lost = {slot: np.where(np.arange(COUNT) == 2, np.nan, x) for slot, x in before.items()}
        replicas.put(lost, np.zeros(COUNT, bool))
        assert same_bits(replicas.present(), lost)
        replicas.put(before, np.zeros(COUNT, bool))
        assert same_bits(replicas.present(), before)
        assert replicas.alive().all()

    def test_who_diverged_is_frozen_until_it_is_born_again(self, name: str, compiled: bool) -> None:
        replicas = started(name, compiled)
        good = replicas.present()
        born = np.arange(COUNT) == 2
        replicas.put({slot: np.where(born, np.inf, x) for slot, x in good.items()}, np.zeros(COUNT, bool))
        advanced(replicas, 0, TICKS)
        assert replicas.alive().tolist() == (~born).tolist()
        at, slot = replicas.divergence()
        assert (np.isfinite(at) == born).all()
        assert ((slot >= 0) == born).all()
        assert all(np.isnan(x[-1][..., 2]).all() for x in replicas.values(TICKS).values())
        replicas.put(good, born)
        assert replicas.alive().all()
        assert np.isnan(replicas.divergence()[0]).all()

    def test_the_state_is_all_that_is_needed_to_go_on(self, name: str, compiled: bool) -> None:
        first, second = started(name, compiled), started(name, compiled)
        advanced(first, 0, TICKS)
        saved = first.state()
        advanced(first, TICKS, 2 * TICKS)
        assert not same_bits(first.state(), saved)
        second.restore(saved)
        advanced(second, TICKS, 2 * TICKS)
        assert same_bits(first.present(), second.present())
        assert same_bits(first.values(TICKS), second.values(TICKS))
        second.record(0)
        assert same_bits({slot: x[0] for slot, x in second.values(1).items()}, second.present())
        assert sum(x.size for x in second.present().values()) <= second.record_size
