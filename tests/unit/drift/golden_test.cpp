// Evidently's own scores on data that any language can regenerate: reference/drift-responsible.md
// 1.6 (Evidently 0.7.21 under scipy 1.10.1), and the small cases of Evidently's test suite.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "drift/bins.hpp"
#include "drift/tests.hpp"

using namespace mlo::drift;

namespace {

std::vector<double> uniform(uint64_t seed, size_t count) {
  std::vector<double> result;
  uint64_t x = seed;
  for (size_t i = 0; i < count; ++i) {
    x = 6364136223846793005ULL * x + 1442695040888963407ULL;
    result.push_back(static_cast<double>(x >> 11) / 9007199254740992.0);
  }
  return result;
}

template <typename Function>
std::vector<double> mapped(std::vector<double> values, Function function) {
  for (double& value : values) value = function(value);
  return values;
}

ColumnProfile numeric(const std::vector<double>& values) {
  return profile_numbers("x", values, NumberKind::real);
}

ColumnProfile letters(const std::vector<std::pair<std::string, size_t>>& counts) {
  std::vector<std::optional<std::string_view>> values;
  for (const auto& [letter, count] : counts)
    for (size_t i = 0; i < count; ++i) values.emplace_back(letter);
  return profile_strings("x", values);
}

double score(const std::string& name, const ColumnProfile& reference,
             const ColumnProfile& current) {
  return find_test(name)->score(pool(reference, current));
}

void expect(const std::string& name, double found, double golden) {
  INFO(name << " found " << found << " golden " << golden);
  double margin = find_test(name)->is_p_value() ? 1e-12 : 1e-12 * std::fabs(golden);
  CHECK(std::fabs(found - golden) <= margin);
}

struct Samples {
  ColumnProfile a, b, a2, l1, l2, s1, s2;
};

Samples samples() {
  auto ten = [](double u) { return 10 * u; };
  return {numeric(mapped(uniform(1, 500), ten)),
          numeric(mapped(uniform(2, 400), [](double u) { return 10 * u * u; })),
          numeric(mapped(uniform(3, 500), ten)),
          numeric(mapped(uniform(4, 3000), ten)),
          numeric(mapped(uniform(5, 2500), [](double u) { return 10 * u + 0.3; })),
          numeric({1.5, 2.25, 3, 4.75, 5.5, 6, 7.25, 8, 9.5, 10}),
          numeric({2, 3.5, 4, 6.5, 8.5, 11, 12, 13.5})};
}

}  // namespace

TEST_CASE("the regenerated data are those of the golden values") {
  CHECK(10 * uniform(1, 1)[0] == 4.2320917087271326);
  double u = uniform(2, 1)[0];
  CHECK(10 * u * u == Approx(5.901461229964978).epsilon(1e-15));
}

TEST_CASE("numeric scores agree with Evidently") {
  Samples s = samples();
  // A vs B, A vs A2, L1 vs L2, S1 vs S2
  const std::map<std::string, std::array<double, 4>> golden = {
      {"ks",
       {2.9450340357353055e-14, 0.98967959911271197, 0.04850433204617869, 0.48530554412907356}},
      {"wasserstein",
       {0.56985826070963763, 0.02806852951794564, 0.081533641677816557, 0.705216608269297}},
      {"jensenshannon",
       {0.22442732002671839, 0.024464132279928573, 0.060142118505783944, 0.83255461115769769}},
      {"kl_div",
       {0.18885656520174368, 0.0024131253455641015, 0.014609220435065597, 6.8967331534138197}},
      {"psi",
       {0.4203802020161248, 0.0047907088506459914, 0.029036325938074484, 14.026041634935263}},
      {"hellinger",
       {0.22676247574393832, 0.024467654370634407, 0.060193769081832896, 0.4297330572430178}},
      {"anderson", {0.001, 0.25, 0.001, 0.25}},
      {"cramer_von_mises",
       {3.2000180283375812e-10, 0.99257243770740378, 0.0076582812695157321, 0.4442159148041501}},
      {"ed", {0.79314997645578023, 0.043714560277586308, 0.1086047509131111, 0.93941471140279686}},
      {"es",
       {9.1754248741341552e-19, 0.99810236416224463, 4.5019445259125371e-05, 0.64118742311019516}},
      {"t_test",
       {4.1343708776001284e-16, 0.82355233974601494, 0.0027584302807639243, 0.29463915324549006}},
      {"mannw", {1, 0.4116706012120655, 0.0015869678318101048, 0.17996709173179762}},
  };
  for (const auto& [name, values] : golden) {
    expect(name, score(name, s.a, s.b), values[0]);
    expect(name, score(name, s.a, s.a2), values[1]);
    expect(name, score(name, s.l1, s.l2), values[2]);
    expect(name, score(name, s.s1, s.s2), values[3]);
  }
}

TEST_CASE("the smallest p-values keep their digits") {
  Samples s = samples();
  CHECK(score("ks", s.a, s.b) == Approx(2.9450340357353055e-14).epsilon(1e-9));
  CHECK(score("t_test", s.a, s.b) == Approx(4.1343708776001284e-16).epsilon(1e-9));
  CHECK(score("es", s.a, s.b) == Approx(9.1754248741341552e-19).epsilon(1e-9));
}

TEST_CASE("the exact Cramer-von Mises p is scipy's, not that of Evidently's copy") {
  // Evidently's copy of scipy's function counts the paths in half precision (its size bound is a
  // float) and gets 0.44426; scipy 1.17 and these counts of all 43,758 paths agree.
  Samples s = samples();
  CHECK(score("cramer_von_mises", s.s1, s.s2) == Approx(0.4442159148041501).epsilon(1e-13));
  CHECK(score("cramer_von_mises", s.s1, s.s2) == Approx(0.44426162073220898).epsilon(2e-4));
}

TEST_CASE("categorical scores agree with Evidently") {
  ColumnProfile c1 = letters({{"a", 291}, {"b", 180}, {"c", 103}, {"d", 26}});
  ColumnProfile c2 = letters({{"a", 195}, {"b", 159}, {"c", 78}, {"d", 18}});
  ColumnProfile c3 = letters({{"a", 300}, {"b", 200}});
  ColumnProfile c4 = letters({{"a", 280}, {"b", 200}, {"z", 20}});
  ColumnProfile d1 = letters({{"n", 60}, {"y", 40}});
  ColumnProfile d2 = letters({{"n", 45}, {"y", 55}});
  const std::map<std::string, std::array<double, 3>> golden = {
      {"chisquare", {0.076289069348970673, 0, 0.0021996470611130598}},
      {"z", {0.096590850213995605, 0.20004633248771242, 0.03367206885634566}},
      {"jensenshannon", {0.043035978847055081, 0.11919664243068098, 0.10640215619834746}},
      {"kl_div", {0.0073522556937740055, 0.04069250218740797, 0.045227751023654672}},
      {"psi", {0.014829632680185646, 0.24181915028908649, 0.090920370535547301}},
      {"hellinger", {0.043045316959193211, 0.14263565526341038, 0.10650437430919812}},
  };
  for (const auto& [name, values] : golden) {
    expect(name, score(name, c1, c2), values[0]);
    expect(name, score(name, c3, c4), values[1]);
    expect(name, score(name, d1, d2), values[2]);
  }
  expect("g_test", score("g_test", c3, c4), 0);
  expect("g_test", score("g_test", d1, d2), 0.0025028294062583089);
  expect("fisher_exact", score("fisher_exact", d1, d2), 0.047165485383019311);
}

TEST_CASE("Sturges' bins lie where numpy puts them") {
  Samples s = samples();
  Pooled data = pool(s.a, s.b);
  std::vector<double> edges = sturges_edges(data.values.front(), data.values.back(), 900);
  REQUIRE(edges.size() == 12);
  CHECK(edges[0] == 8.7119622340583124e-05);
  CHECK(edges[1] == 0.90662288292651216);
  CHECK(histogram(data.values, data.reference, edges) ==
        std::vector<uint64_t>{41, 33, 50, 52, 55, 43, 46, 45, 43, 44, 48});
  CHECK(histogram(data.values, data.current, edges) ==
        std::vector<uint64_t>{114, 49, 37, 41, 24, 27, 25, 21, 22, 18, 22});
}

TEST_CASE("the small cases of Evidently's own test suite") {
  ColumnProfile x = numeric({38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0});
  ColumnProfile y = numeric({39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8});
  CHECK(score("anderson", x, y) == Approx(0.0635).margin(1e-3));
  CHECK(score("t_test", x, y) == Approx(0.084).margin(1e-3));
  CHECK(score("g_test", letters({{"a", 5}, {"b", 5}, {"c", 8}}),
              letters({{"a", 4}, {"b", 6}, {"c", 8}})) == Approx(0.8176).margin(1e-4));
  std::vector<double> one, two;
  const int first[] = {16, 18, 16, 14, 12, 12}, second[] = {16, 16, 16, 16, 16, 8};
  for (int value = 1; value <= 6; ++value) {
    one.insert(one.end(), static_cast<size_t>(first[value - 1]), value);
    two.insert(two.end(), static_cast<size_t>(second[value - 1]), value);
  }
  CHECK(score("mannw", numeric(one), numeric(two)) == Approx(0.481).margin(1e-3));
  CHECK(score("es", numeric(one), numeric(two)) == Approx(0.81).margin(1e-2));
}
