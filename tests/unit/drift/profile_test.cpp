#include "drift/profile.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "base/error.hpp"

using namespace mlo::drift;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

ColumnProfile strings(const std::vector<std::optional<std::string_view>>& values) {
  return profile_strings("s", values);
}

std::vector<double> shuffled_range(size_t count, uint64_t seed) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i) + 0.5);
  std::shuffle(values.begin(), values.end(), std::mt19937_64(seed));
  return values;
}

std::string message_of(const std::string& json) {
  try {
    profile_from_json(json, "profile.json");
  } catch (const mlo::Error& error) {
    CHECK(error.code() == mlo::Exit::failure);
    return error.message();
  }
  return "";
}

Profile mixed_profile() {
  Profile profile;
  std::vector<double> ages = {30, 20, 30, kNan, 1e308, -1e308, kInfinity};
  std::vector<double> grades = {1, 2, 2, 1};
  std::vector<int8_t> flags = {1, 0, -1, 1};
  std::vector<double> days = {10, 11};
  profile.columns.push_back(profile_numbers("age", ages));
  profile.columns.push_back(profile_numbers("grade", grades));
  profile.columns.push_back(profile_booleans("flag", flags));
  profile.columns.push_back(profile_dates("day", days));
  profile.columns.push_back(profile_strings(
      "word", std::vector<std::optional<std::string_view>>{"b", "a", "b", "b", std::nullopt}));
  profile.columns.push_back(
      profile_strings("note", std::vector<std::optional<std::string_view>>{"x", "y", "z"}));
  profile.columns.push_back(profile_numbers("void", std::vector<double>{kNan, kNan}));
  return profile;
}

}  // namespace

TEST_CASE("column types follow Evidently's rules on raw values") {
  std::vector<double> ten, eleven;
  for (int i = 0; i < 22; ++i) {
    ten.push_back(i % 10);
    eleven.push_back(i % 11);
  }
  CHECK(profile_numbers("x", ten).type == ColumnType::categorical);
  CHECK(profile_numbers("x", eleven).type == ColumnType::numeric);
  CHECK(profile_numbers("x", ten, NumberKind::real).type == ColumnType::numeric);
  ten.push_back(0.5);
  CHECK(profile_numbers("x", ten).type == ColumnType::numeric);
  ten.back() = kNan;  // a reader of CSV files makes this a column of real numbers
  CHECK(profile_numbers("x", ten).type == ColumnType::numeric);
  CHECK(profile_numbers("x", ten, NumberKind::integer).type == ColumnType::categorical);
  CHECK(strings({"a", "a", "b", "b"}).type == ColumnType::categorical);
  CHECK(strings({"a", "a", "b", std::nullopt}).type == ColumnType::text);  // 2 > 0.5 * 3
}

TEST_CASE("text values are not kept") {
  ColumnProfile column = strings({"secret one", "secret two", "secret three"});
  CHECK(column.type == ColumnType::text);
  CHECK(column.distinct == 3);
  CHECK(column.labels().empty());
}

TEST_CASE("declared categories are never text") {
  std::vector<int32_t> codes = {0, 1, 2, -1};
  std::vector<std::string> dictionary = {"c", "a", "b", "unused"};
  ColumnProfile column = profile_codes("x", codes, dictionary, {.detect_text = false});
  CHECK(column.type == ColumnType::categorical);
  CHECK(column.missing == 1);
  CHECK(column.labels() == Labels{{"a", "b", "c"}, {1, 1, 1}});
}

TEST_CASE("numbers are counted, sorted and summed exactly") {
  std::vector<double> values = {3, -0.0, kNan, 0.0, kInfinity, 3, -kInfinity, 1.5};
  ColumnProfile column = profile_numbers("x", values);
  CHECK(column.rows == 8);
  CHECK(column.missing == 1);
  CHECK(column.infinite == 2);
  CHECK(column.present() == 5);
  CHECK(column.numbers() == Numbers{{0, 1.5, 3}, {2, 1, 2}});
  REQUIRE(column.moments);
  CHECK(column.moments->mean == 1.5);
  CHECK(column.moments->variance == Approx(1.8));
  CHECK(column.moments->min == 0);
  CHECK(column.moments->max == 3);
}

TEST_CASE("above the limit a seeded uniform sample is kept, with exact moments") {
  std::vector<double> values = shuffled_range(20'000, 1);
  ProfileOptions options{.limit = 2'000};
  ColumnProfile column = profile_numbers("x", values, NumberKind::real, options);
  CHECK(column.sampled);
  CHECK(column.distinct == 20'000);
  CHECK(column.numbers().total() == 2'000);
  CHECK(column.moments->count == 20'000);
  CHECK(column.moments->mean == 10'000);
  // The sample of a uniform ladder: mean 10,000 with a standard error of 122.
  double sum = 0;
  for (double value : column.numbers().values) sum += value;
  CHECK(std::fabs(sum / 2'000 - 10'000) < 5 * 122);
  CHECK(std::is_sorted(column.numbers().values.begin(), column.numbers().values.end()));

  ColumnProfile other_order =
      profile_numbers("x", shuffled_range(20'000, 2), NumberKind::real, options);
  CHECK(other_order.numbers() == column.numbers());
  options.seed = 7;
  CHECK(profile_numbers("x", values, NumberKind::real, options).numbers() != column.numbers());
}

TEST_CASE("a profile reads back as it was written") {
  Profile profile = mixed_profile();
  std::string json = to_json(profile);
  Profile again = profile_from_json(json, "profile.json");
  CHECK(to_json(again) == json);
  REQUIRE(again.columns.size() == profile.columns.size());
  for (size_t i = 0; i < profile.columns.size(); ++i) {
    CHECK(again.columns[i].values == profile.columns[i].values);
    CHECK(again.columns[i].type == profile.columns[i].type);
  }
  CHECK(again.find("age")->infinite == 1);
  CHECK(std::isinf(again.find("age")->moments->variance));  // of +-1e308
  CHECK(!again.find("void")->moments);
}

TEST_CASE("the bytes of a profile are fixed") {
  Profile profile;
  profile.columns.push_back(profile_numbers("x", std::vector<double>{0.5, 2, 2, kNan}));
  CHECK(to_json(profile) ==
        R"({"columns":[{"counts":[1,2],"distinct":2,"infinite":0,"max":2,"mean":1.5,"min":0.5,)"
        R"("missing":1,"name":"x","rows":4,"sampled":false,"type":"numeric","values":[0.5,2],)"
        R"("variance":0.5}],"mlo_profile":1})");
}

TEST_CASE("a damaged profile is refused") {
  std::string json = to_json(mixed_profile());
  auto with = [&](const std::string& from, const std::string& to) {
    std::string text = json;
    size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return message_of(text.replace(at, from.size(), to));
  };
  CHECK(with("\"rows\":7", "\"rows\":8").find("add up") != std::string::npos);
  CHECK(with("\"mlo_profile\":1", "\"mlo_profile\":2").find("newer") != std::string::npos);
  CHECK(with("\"type\":\"numeric\"", "\"type\":\"numeral\"").find("numeral") != std::string::npos);
  CHECK(with("\"infinite\"", "\"infinity\"").find("profile.json") != std::string::npos);
  CHECK(with("\"values\":[\"a\",\"b\"]", "\"values\":[\"b\",\"a\"]").find("ascend") !=
        std::string::npos);
  CHECK(with("\"counts\":[1,3]", "\"counts\":[0,4]").find("positive") != std::string::npos);
  CHECK(with("\"counts\":[1,3]", "\"counts\":[4]").find("as many") != std::string::npos);
  CHECK(with("\"name\":\"grade\"", "\"name\":\"age\"").find("twice") != std::string::npos);
  CHECK(!message_of("{}").empty());
  CHECK(!message_of("[]").empty());
  CHECK(!message_of(json.substr(0, json.size() / 2)).empty());
}
