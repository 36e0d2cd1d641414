// The exact iterated prisoner's dilemma with memory-one strategies: simultaneous gradient and LOLA.
//
// LOLA in the convention that differentiates the whole product (Letcher et al. 2019, "Stable opponent shaping in
// differentiable games"): player 1 descends
//   grad_1 L_1 - alpha * grad_1 <grad_2 L_1, grad_2 L_2>,   L_i = -p0' (I - gamma P)^-1 r_i.
//
// The algebra is by hand. With a_s, b_s the two cooperation probabilities in state s (0: start; CC, CD, DC, DD),
// a row of P holds the products of (a, 1-a) and (b, 1-b), so that for v = (I - gamma P)^-1 r
//   P_s v = g + a_s h1 + b_s h2 + a_s b_s h3,   h = (v_CD - v_DD, v_DC - v_DD, v_CC - v_CD - v_DC + v_DD),
// and h solves a 3 x 3 system (I - gamma N) h = D r, where D takes those same three differences. The discounted
// occupancies u solve the transposed system. First and mixed second derivatives are products of u, h and the
// 3 x 3 resolvent S; a mixed derivative times a vector is one more product with S and one with S'.
//
// Layout: theta[k * replicas + r], k = 0..4 player 1 (start, CC, CD, DC, DD), k = 5..9 player 2.
#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

namespace {

constexpr double GAMMA = 0.96;
constexpr int LANES = 8;
constexpr int PARAMETERS = 10;
using Lanes = double __attribute__((vector_size(LANES * sizeof(double))));

struct Vec3 { Lanes x, y, z; };

// (r_CD - r_DD, r_DC - r_DD, r_CC - r_CD - r_DC + r_DD) for payoffs CC -1, CD -3, DC 0, DD -2.
constexpr double D1[3] = {-1.0, 2.0, 0.0};
constexpr double D2[3] = {2.0, -1.0, 0.0};

struct Matrix3 {
    Lanes m[3][3];

    Vec3 times(const Vec3& v) const {
        return {m[0][0] * v.x + m[0][1] * v.y + m[0][2] * v.z,
                m[1][0] * v.x + m[1][1] * v.y + m[1][2] * v.z,
                m[2][0] * v.x + m[2][1] * v.y + m[2][2] * v.z};
    }
    Vec3 times(const double (&d)[3]) const {
        return {m[0][0] * d[0] + m[0][1] * d[1], m[1][0] * d[0] + m[1][1] * d[1], m[2][0] * d[0] + m[2][1] * d[1]};
    }
    Vec3 transposed_times(const Vec3& v) const {
        return {m[0][0] * v.x + m[1][0] * v.y + m[2][0] * v.z,
                m[0][1] * v.x + m[1][1] * v.y + m[2][1] * v.z,
                m[0][2] * v.x + m[1][2] * v.y + m[2][2] * v.z};
    }
};

Matrix3 resolvent(const Lanes* a, const Lanes* b, const Lanes* ab) {
    const Lanes m00 = 1.0 - GAMMA * (a[2] - a[4]), m01 = GAMMA * (b[4] - b[2]), m02 = GAMMA * (ab[4] - ab[2]);
    const Lanes m10 = GAMMA * (a[4] - a[3]), m11 = 1.0 - GAMMA * (b[3] - b[4]), m12 = GAMMA * (ab[4] - ab[3]);
    const Lanes m20 = GAMMA * (a[2] + a[3] - a[1] - a[4]), m21 = GAMMA * (b[2] + b[3] - b[1] - b[4]);
    const Lanes m22 = 1.0 - GAMMA * (ab[1] - ab[2] - ab[3] + ab[4]);
    const Lanes c0 = m11 * m22 - m12 * m21, c1 = m12 * m20 - m10 * m22, c2 = m10 * m21 - m11 * m20;
    const Lanes k = 1.0 / (m00 * c0 + m01 * c1 + m02 * c2);
    return {{{k * c0, k * (m02 * m21 - m01 * m22), k * (m01 * m12 - m02 * m11)},
             {k * c1, k * (m00 * m22 - m02 * m20), k * (m02 * m10 - m00 * m12)},
             {k * c2, k * (m01 * m20 - m00 * m21), k * (m00 * m11 - m01 * m10)}}};
}

struct Game {
    Matrix3 S;
    Lanes w[5];   // 1 for the start, gamma times the discounted occupancy for the four states
    Vec3 h1, h2;  // value differences of the two players
};

Game solve(const Lanes* a, const Lanes* b) {
    Lanes ab[5];
    for (int s = 0; s < 5; ++s) ab[s] = a[s] * b[s];
    Game g;
    g.S = resolvent(a, b, ab);
    constexpr double total = 1.0 / (1.0 - GAMMA);
    const Vec3 mu = g.S.transposed_times({a[0] + GAMMA * total * a[4], b[0] + GAMMA * total * b[4],
                                          ab[0] + GAMMA * total * ab[4]});
    g.w[0] = Lanes{} + 1.0;
    g.w[1] = GAMMA * mu.z;
    g.w[2] = GAMMA * (mu.x - mu.z);
    g.w[3] = GAMMA * (mu.y - mu.z);
    g.w[4] = GAMMA * (total - mu.x - mu.y + mu.z);
    g.h1 = g.S.times(D1);
    g.h2 = g.S.times(D2);
    return g;
}

// The opponent-shaping part of one player's update, d/da <dL_1/db, dL_2/db> in the probabilities a. x1, x2, z1, z2:
// the components of h that multiply the player's own probability and the product; beta: dL/db = -w beta.
// `own_first` says whether the player's own probability is the first component of h.
template <bool own_first>
void shaping(const Game& g, const Lanes* a, const Lanes* b, const Lanes* beta1, const Lanes* beta2,
             const Lanes* alpha1, const Lanes* alpha2, Lanes* out) {
    Lanes k[5], c[5];
    Lanes sum1{}, sum1a{}, sum2{}, sum2a{};
    for (int s = 0; s < 5; ++s) {
        const Lanes slope = b[s] * (1.0 - b[s]);
        k[s] = slope * slope * g.w[s];
        c[s] = -2.0 * k[s] * beta1[s] * beta2[s];
        const Lanes q1 = k[s] * g.w[s] * beta2[s], q2 = k[s] * g.w[s] * beta1[s];
        sum1 -= q1;
        sum1a -= q1 * a[s];
        sum2 -= q2;
        sum2a -= q2 * a[s];
    }
    const Vec3 z = g.S.times({c[2] - c[4], c[3] - c[4], c[1] - c[2] - c[3] + c[4]});
    const Lanes none{};
    const Vec3 y1 = g.S.transposed_times(own_first ? Vec3{none, sum1, sum1a} : Vec3{sum1, none, sum1a});
    const Vec3 y2 = g.S.transposed_times(own_first ? Vec3{none, sum2, sum2a} : Vec3{sum2, none, sum2a});
    const Lanes du1[5] = {none, y1.z, y1.x - y1.z, y1.y - y1.z, y1.z - y1.x - y1.y};
    const Lanes du2[5] = {none, y2.z, y2.x - y2.z, y2.y - y2.z, y2.z - y2.x - y2.y};
    for (int s = 0; s < 5; ++s)
        out[s] = g.w[s] * (k[s] * (g.h1.z * beta2[s] + g.h2.z * beta1[s])
                           - GAMMA * ((own_first ? z.x : z.y) + b[s] * z.z))
               - GAMMA * (alpha1[s] * du1[s] + alpha2[s] * du2[s]);
}

template <bool lola>
void update(Lanes* theta, const Lanes* a, const Lanes* b, double rate, double foresight) {
    const Game g = solve(a, b);
    Lanes alpha1[5], alpha2[5], beta1[5], beta2[5], shape1[5], shape2[5];
    for (int s = 0; s < 5; ++s) {
        alpha1[s] = g.h1.x + b[s] * g.h1.z;
        alpha2[s] = g.h2.x + b[s] * g.h2.z;
        beta1[s] = g.h1.y + a[s] * g.h1.z;
        beta2[s] = g.h2.y + a[s] * g.h2.z;
    }
    if constexpr (lola) {
        shaping<true>(g, a, b, beta1, beta2, alpha1, alpha2, shape1);
        shaping<false>(g, b, a, alpha1, alpha2, beta1, beta2, shape2);
    }
    for (int s = 0; s < 5; ++s) {
        Lanes push1 = g.w[s] * alpha1[s], push2 = g.w[s] * beta2[s];
        if constexpr (lola) {
            push1 += foresight * shape1[s];
            push2 += foresight * shape2[s];
        }
        theta[s] += rate * (a[s] * (1.0 - a[s])) * push1;
        theta[5 + s] += rate * (b[s] * (1.0 - b[s])) * push2;
    }
}

template <bool lola>
void block(double* theta, long replicas, long first, long updates, double rate, double foresight) {
    const int used = static_cast<int>(std::min<long>(LANES, replicas - first));
    alignas(64) double t[PARAMETERS * LANES] = {};
    alignas(64) double p[PARAMETERS * LANES];
    for (int k = 0; k < PARAMETERS; ++k) std::copy_n(theta + k * replicas + first, used, t + k * LANES);
    auto* lanes = reinterpret_cast<Lanes*>(t);
    auto* probability = reinterpret_cast<Lanes*>(p);
    for (long n = 0; n < updates; ++n) {
        for (int k = 0; k < PARAMETERS * LANES; ++k) p[k] = 1.0 / (1.0 + std::exp(-t[k]));
        update<lola>(lanes, probability, probability + 5, rate, foresight);
    }
    for (int k = 0; k < PARAMETERS; ++k) std::copy_n(t + k * LANES, used, theta + k * replicas + first);
}

template <bool lola>
void ensemble(double* theta, long replicas, long updates, double rate, double foresight, int threads) {
    const long blocks = (replicas + LANES - 1) / LANES;
    std::vector<std::thread> pool;
    for (int worker = 0; worker < threads; ++worker)
        pool.emplace_back([=] {
            for (long k = blocks * worker / threads; k < blocks * (worker + 1) / threads; ++k)
                block<lola>(theta, replicas, k * LANES, updates, rate, foresight);
        });
    for (auto& worker : pool) worker.join();
}

}  // namespace

extern "C" void ipd_gradient(double* theta, long replicas, long updates, double rate, int threads) {
    ensemble<false>(theta, replicas, updates, rate, 0.0, threads);
}

extern "C" void ipd_lola(double* theta, long replicas, long updates, double rate, double foresight, int threads) {
    ensemble<true>(theta, replicas, updates, rate, foresight, threads);
}
