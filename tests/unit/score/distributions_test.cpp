#include "score/distributions.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace mlo;
using score::draw_column;
using score::DrawnColumn;

namespace {

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

drift::ColumnProfile numbers(std::vector<double> values) {
  return drift::profile_numbers("x", values, drift::NumberKind::real);
}

drift::ColumnProfile labels(size_t distinct, size_t each, size_t first = 0) {
  std::vector<std::string> names;
  std::vector<int32_t> codes;
  for (size_t i = 0; i < distinct; ++i) {
    names.push_back("c" + std::to_string(100 + first + i));
    codes.insert(codes.end(), each, static_cast<int32_t>(i));
  }
  return drift::profile_codes("x", codes, names);
}

}  // namespace

TEST_CASE("whole numbers have bins as wide as whole numbers") {
  std::vector<double> values;
  for (int i = 0; i <= 20; ++i) values.push_back(i);
  DrawnColumn drawn = *draw_column(numbers(values), numbers(values), 24);
  CHECK(drawn.distribution.edges.size() == 22);
  CHECK(drawn.distribution.edges[0] == -0.5);
  for (double share : drawn.distribution.reference) CHECK(share == Approx(1.0 / 21));
  drawn = *draw_column(numbers(values), numbers(values), 10);
  CHECK(drawn.distribution.edges[1] - drawn.distribution.edges[0] == 3);
  CHECK(sum(drawn.distribution.current) == Approx(1));
}

TEST_CASE("far outliers are counted, not drawn") {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i * 0.01);
  std::vector<double> with_outliers = values;
  with_outliers.insert(with_outliers.end(), {1e6, -1e6});
  DrawnColumn drawn = *draw_column(numbers(values), numbers(with_outliers), 24);
  CHECK(drawn.outside == 2);
  CHECK(drawn.distribution.edges.back() < 20);
  CHECK(sum(drawn.distribution.reference) == Approx(1));
}

TEST_CASE("constant, huge and single values can be drawn") {
  for (double value : {0.0, 7.25, 1e308, -1e308}) {
    DrawnColumn drawn = *draw_column(numbers({value, value}), numbers({value}), 24);
    INFO(value);
    for (double edge : drawn.distribution.edges) CHECK(std::isfinite(edge));
    CHECK(drawn.distribution.edges.front() < drawn.distribution.edges.back());
  }
  CHECK(draw_column(numbers({-1e308, 0.5}), numbers({1.7e308}), 24));
}

TEST_CASE("many categories are summed up, new ones are named") {
  DrawnColumn drawn = *draw_column(labels(30, 10), labels(30, 10, 2), 10);
  CHECK(drawn.distribution.labels.size() == 10);
  CHECK(drawn.distribution.labels.back() == "23 others");
  CHECK(sum(drawn.distribution.reference) == Approx(1));
  CHECK(sum(drawn.distribution.current) == Approx(1));
  CHECK(drawn.unseen == std::vector<std::string>{"c130", "c131"});
  // What changed has a bar of its own: two that vanished, two that are new.
  for (const char* label : {"c100", "c101", "c130", "c131"})
    CHECK(std::count(drawn.distribution.labels.begin(), drawn.distribution.labels.end(), label) ==
          1);
}

TEST_CASE("few categories stand in their own order") {
  DrawnColumn drawn = *draw_column(labels(3, 10), labels(2, 10), 10);
  CHECK(drawn.distribution.labels == std::vector<std::string>{"c100", "c101", "c102"});
  std::vector<double> grades = {10, 2, 2, 1};
  DrawnColumn numeric =
      *draw_column(drift::profile_numbers("x", grades), drift::profile_numbers("x", grades), 10);
  CHECK(numeric.distribution.labels == std::vector<std::string>{"1", "2", "10"});
}

TEST_CASE("nothing is drawn of text, dates and empty columns") {
  std::vector<double> days = {1, 2};
  CHECK(!draw_column(drift::profile_dates("d", days), drift::profile_dates("d", days), 10));
  CHECK(!draw_column(numbers({std::nan("")}), numbers({1}), 10));
  CHECK(!draw_column(numbers({1}), labels(2, 2), 10));
}
