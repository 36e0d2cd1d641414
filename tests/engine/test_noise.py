"""The generator against its published answers, its numbers against the distributions they should have."""

from __future__ import annotations

import subprocess
import sys

import numba
import numpy as np
import pytest
from scipy import stats

from dynsim.engine.random import noise, philox

FULL = 2**32 - 1
# Random123 (Salmon et al. 2011), kat_vectors, philox4x32 10: counter, key, answer.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((FULL,) * 4, (FULL,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
MASK = 2**32 - 1


def philox_by_the_book(counter: tuple[int, ...], key: tuple[int, ...]) -> list[int]:
    """Philox4x32-10 with Python's whole numbers."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for turn in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        w0, w1 = (k0 + turn * 0x9E3779B9) & MASK, (k1 + turn * 0xBB67AE85) & MASK
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ w0, b & MASK, (a >> 32) ^ c3 ^ w1, a & MASK
    return [c0, c1, c2, c3]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter, key, answer):
    assert [int(word) for word in philox.philox(*map(np.uint64, counter + key))] == list(answer)
    assert philox_by_the_book(counter, key) == list(answer)


def test_every_argument_has_its_place_in_key_and_counter():
    rng = np.random.default_rng(1)
    for _ in range(50):
        seed, step = (int(x) for x in rng.integers(0, 2**63, 2))
        pair, variable, element = (int(x) for x in rng.integers(0, 2**32, 3))
        first, second = philox.random_bits(seed, pair, variable, step, element)
        counter = (element, pair, step & MASK, step >> 32)
        words = philox_by_the_book(counter, (seed & MASK, (seed >> 32) ^ variable))
        expected = [words[0] | words[1] << 32, words[2] | words[3] << 32]
        assert [int(first) % 2**64, int(second) % 2**64] == expected


@pytest.mark.parametrize(
    ("uniform", "bits"), [(2.0**-53, 0), (1 - 2.0**-53, -1), (0.5 + 2.0**-53, -(2**63))]
)
def test_uniforms_lie_strictly_inside_the_unit_interval(uniform, bits):
    assert philox.open_unit(np.int64(bits)) == uniform


def test_array_and_lane_versions_have_the_same_bits():
    lanes, seed, variable, step, element = 32, 987654321987, 0xDEADBEEF, 2**41 + 17, 5

    @numba.njit(error_model="numpy")
    def kernel(w, seed, first, variable, step, element):
        for r in range(32):
            w[r] = philox.normal(seed, first + r, variable, step, element)
        for r in range(32):
            w[32 + r] = philox.uniform(seed, first + r, variable, step, element)
        for j in range(8):
            w[64 + 2 * j], w[65 + 2 * j] = philox.normal_pair(
                seed, first // 2 + j, variable, step, element
            )
            k = j + 8
            w[64 + 2 * k], w[65 + 2 * k] = philox.normal_pair(
                seed, first // 2 + k, variable, step, element
            )
        for j in range(16):
            w[96 + 2 * j], w[97 + 2 * j] = philox.uniform_pair(
                seed, first // 2 + j, variable, step, element
            )

    w = np.zeros(4 * lanes)
    kernel(w, seed, 64, variable, step, element)
    normals = noise.normals(seed, np.arange(64, 96), variable, step, element)
    uniforms = noise.uniforms(seed, np.arange(64, 96), variable, step, element)
    np.testing.assert_array_equal(w.reshape(4, lanes), [normals, uniforms, normals, uniforms])


@pytest.mark.parametrize("pair", [philox.normal_pair, philox.uniform_pair])
def test_a_loop_over_lanes_is_vectorised(pair):
    @numba.njit(error_model="numpy")
    def kernel(w, seed, first, variable, step):
        for j in range(16):
            w[2 * j], w[2 * j + 1] = pair(seed, (first >> 1) + j, variable, step, 0)

    kernel(np.zeros(32), 1, 0, 2, 3)
    lines = kernel.inspect_llvm(kernel.signatures[0]).splitlines()
    operations = {
        kind: [line for line in lines if f" {kind} " in line]
        for kind in ("fmul", "fsub", "fadd", "lshr")
    }
    assert sum(" x i64> " in line for line in operations["lshr"]) >= 16, (
        "ten rounds, two shifts each, on vectors"
    )
    floats = operations["fmul"] + operations["fsub"] + operations["fadd"]
    assert floats
    assert all(" x double> " in line for line in floats)


def test_arguments_broadcast():
    z = noise.normals(3, np.arange(6)[:, None], 7, np.arange(4))
    assert z.shape == (6, 4)
    assert z[5, 2] == noise.normals(3, 5, 7, 2) == philox.normal(3, 5, 7, 2, 0)
    assert noise.normals(3, 5, 7, 2).shape == ()
    assert noise.uniforms(3, np.arange(0), 7, 2).shape == (0,)


def test_negative_arguments_are_refused():
    with pytest.raises(OverflowError):
        noise.normals(-1, 0, 0, 0)


def test_plain_python_gives_the_same_bits():
    program = (
        "import sys, numpy as np\n"
        "from dynsim.engine.random import noise\n"
        "r = np.arange(40)\n"
        "sys.stdout.buffer.write(noise.normals(2**63 + 5, r, 2**32 - 1, 2**40 + r, 9).tobytes())\n"
        "sys.stdout.buffer.write(noise.uniforms(2**63 + 5, r, 2**32 - 1, 2**40 + r, 9).tobytes())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, check=True,
        env={"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    r = np.arange(40)
    compiled = [f(2**63 + 5, r, 2**32 - 1, 2**40 + r, 9) for f in (noise.normals, noise.uniforms)]
    np.testing.assert_array_equal(np.frombuffer(answer.stdout).reshape(2, 40), compiled)


def test_box_muller_by_the_formula():
    """Radius from the first uniform; the direction, up to the symmetries of the square, from the second."""
    even, odd = (
        noise.normals(11, np.arange(0, 2000, 2), 1, 1),
        noise.normals(11, np.arange(1, 2000, 2), 1, 1),
    )
    u = noise.uniforms(11, np.arange(0, 2000, 2), 1, 1)
    np.testing.assert_allclose(np.hypot(even, odd), np.sqrt(-2 * np.log(u)), rtol=1e-14)
    quadrants = np.bincount((np.sign(even) + 2 * np.sign(odd) + 3).astype(int), minlength=7)[
        [0, 2, 4, 6]
    ]
    assert stats.chisquare(quadrants).pvalue > 1e-3


# Seeds are stated, so these tests repeat exactly; their thresholds are those of a test at the level 1e-3.
STREAMS = {
    "replicas": lambda n: (1, np.arange(n), 7, 3, 0),
    "steps": lambda n: (2, 0, 7, np.arange(n), 0),
    "steps of an odd replica": lambda n: (2, 1, 7, np.arange(n), 0),
    "steps across 2**32": lambda n: (2, 0, 7, 2**32 - n // 2 + np.arange(n), 0),
    "elements": lambda n: (3, 0, 7, 0, np.arange(n)),
    "variables": lambda n: (4, 0, np.arange(n), 0, 0),
    "seeds": lambda n: (np.arange(n), 0, 0, 0, 0),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_distribution(stream):
    n = 200_000
    z = noise.normals(*STREAMS[stream](n))
    u = noise.uniforms(*STREAMS[stream](n))
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    for power, moment, variance in [(1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96), (6, 15, 10170)]:
        assert abs(np.mean(z**power) - moment) < 3.3 * np.sqrt(variance / n), power


@pytest.mark.parametrize("stream", STREAMS)
def test_neighbours_are_independent(stream):
    """Correlation of values, of squares, and the joint distribution of neighbours on an 8 x 8 grid."""
    n = 200_000
    z = noise.normals(*STREAMS[stream](n))
    for lag in (1, 2, 3, 4, 8, 16):
        a, b = z[:-lag], z[lag:]
        assert abs(np.corrcoef(a, b)[0, 1]) < 3.9 / np.sqrt(n), lag
        assert abs(np.corrcoef(a**2, b**2)[0, 1]) < 3.9 / np.sqrt(n), lag
        cells = np.floor(8 * stats.norm.cdf([a[:: 2 * lag], b[:: 2 * lag]])).astype(int)
        counts = np.bincount(8 * cells[0] + cells[1], minlength=64)
        assert stats.chisquare(counts).pvalue > 1e-4, lag


def test_uniform_bits_are_balanced():
    b = (noise.uniforms(5, np.arange(100_000), 1, 1) * 2.0**52).astype(np.int64)
    for bit in range(52):
        ones = int(((b >> bit) & 1).sum())
        assert abs(ones - 50_000) < 3.9 * np.sqrt(100_000) / 2, bit


@pytest.mark.slow
def test_tails():
    """Twenty million numbers: finite, and as many beyond 1 ... 5 as the normal distribution has."""
    n = 20_000_000
    z = noise.normals(6, np.arange(n), 1, 1)
    assert np.isfinite(z).all()
    for bound in (1, 2, 3, 4, 5):
        for tail in (z > bound, z < -bound):
            expected = n * stats.norm.sf(bound)
            assert abs(tail.sum() - expected) < 3.9 * np.sqrt(expected) + 1, bound
