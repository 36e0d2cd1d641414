"""Key players."""

from collections.abc import Iterator

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row

PRINTED = {0.1: ((1.75, 2.92), (1.88, 3.28), (1.72, 2.79)), 0.2: ((8.33, 41.67), (9.17, 40.33), (7.78, 32.67))}
WHO = ("the one between", "their friends", "the others")


@ROWS.register
class KeyPlayer(Row):
    """Eleven people form two groups of five with one person between them. Each has the payoff x_i − x_i²/2 + δ x_i Σ_j
    G_ij x_j (the scenario `key_player`). Efforts converge to the Katz–Bonacich centralities b = (I − δG)⁻¹1. Without
    person i their sum is lower by b_i²/m_ii, where m is the same inverse. The source prints both to two decimals for
    two δ. The person between the groups makes less effort than their friends, but is the key player at δ = .2.
    """

    name = "key_player"
    heading = "Whose leaving lowers everybody's efforts most?"
    section = WELFARE
    order = 105
    source = "Ballester, Calvó-Armengol and Zenou 2006, table 1"

    def checks(self) -> Iterator[Check]:
        for delta, printed in PRINTED.items():
            run = ds.simulate("key_player", set=[f"params.delta={delta}"], every=2000)
            table = run.population("effort")
            x = table[table.t == 2000].pivot(index="replica", columns="element", values="value").to_numpy()
            lost = x[0].sum() - x[1:].sum(axis=1)
            for k, (effort, loss) in enumerate(printed):
                what = f"δ = {delta:g}, {WHO[k]}"
                yield Check(f"{what}: effort", effort, float(x[0, k]), "published", tolerance=0.005)
                yield Check(f"{what}: the sum falls by", loss, float(lost[k]), "published", tolerance=0.005)
