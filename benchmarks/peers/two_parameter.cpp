// Simultaneous gradient and symplectic gradient adjustment (Balduzzi et al. 2018) on the two-parameter zero-sum game
//   L_1 = x y - x^2/2 + y^2/2 + x^4/4 - y^4/4 = -L_2,   xi = (y - x + x^3, y^3 - y - x),
// whose critical point is unstable: gradient descent ends in a cycle. The antisymmetric part of the game Jacobian is
// [[0, 1], [-1, 0]], so that the adjusted field is xi + lambda A' xi = (xi_1 - lambda xi_2, xi_2 + lambda xi_1).
//
// Structure of arrays; a block of replicas stays in the first-level cache for all its steps.
#include <algorithm>
#include <thread>
#include <vector>

namespace {

constexpr int LANES = 64;

template <bool adjusted>
void block(double* x_all, double* y_all, int used, long steps, double rate, double lambda) {
    double x[LANES] = {}, y[LANES] = {};
    std::copy_n(x_all, used, x);
    std::copy_n(y_all, used, y);
    for (long n = 0; n < steps; ++n)
        for (int k = 0; k < LANES; ++k) {
            const double xi1 = x[k] * (x[k] * x[k] - 1.0) + y[k];
            const double xi2 = y[k] * (y[k] * y[k] - 1.0) - x[k];
            x[k] -= rate * (adjusted ? xi1 - lambda * xi2 : xi1);
            y[k] -= rate * (adjusted ? xi2 + lambda * xi1 : xi2);
        }
    std::copy_n(x, used, x_all);
    std::copy_n(y, used, y_all);
}

template <bool adjusted>
void ensemble(double* x, double* y, long replicas, long steps, double rate, double lambda, int threads) {
    const long blocks = (replicas + LANES - 1) / LANES;
    std::vector<std::thread> pool;
    for (int worker = 0; worker < threads; ++worker)
        pool.emplace_back([=] {
            for (long k = blocks * worker / threads; k < blocks * (worker + 1) / threads; ++k) {
                const long first = k * LANES;
                const int used = static_cast<int>(std::min<long>(LANES, replicas - first));
                block<adjusted>(x + first, y + first, used, steps, rate, lambda);
            }
        });
    for (auto& worker : pool) worker.join();
}

}  // namespace

extern "C" void game_gradient(double* x, double* y, long replicas, long steps, double rate, double, int threads) {
    ensemble<false>(x, y, replicas, steps, rate, 0.0, threads);
}

extern "C" void game_sga(double* x, double* y, long replicas, long steps, double rate, double lambda, int threads) {
    ensemble<true>(x, y, replicas, steps, rate, lambda, threads);
}
