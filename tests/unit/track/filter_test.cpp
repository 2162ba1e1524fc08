#include "track/filter.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "track/field.hpp"

using namespace mlo;
using namespace mlo::track;

namespace {

Run sample() {
  Run run;
  run.id = "00112233445566778899aabbccddeeff";
  run.name = "calm-otter";
  run.experiment = "vocabulary";
  run.status = Status::finished;
  run.started_at = *parse_time("2016-11-23T12:00:00Z");
  run.ended_at = *parse_time("2016-11-23T12:01:30Z");
  run.params = {{"lr", 0.01}, {"optimizer", "adam"}, {"text_lr", "0.50"}, {"val loss", 3}};
  run.metrics = {{"loss", {0.5, 0.4, 0.9, 10, 10}}, {"val/auc", {0.91, 0.5, 0.92, 10, 10}}};
  run.tags = {{"kind", "baseline"}};
  return run;
}

bool matches(std::string_view text) { return Filter::parse(text).matches(sample()); }

std::string refusal(std::string_view text) {
  try {
    Filter::parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == Exit::usage);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("comparisons") {
  CHECK(matches(""));
  CHECK(matches("metrics.val/auc > 0.9"));
  CHECK(matches("metrics.val/auc>0.9 and params.lr<0.02"));
  CHECK_FALSE(matches("metrics.val/auc > 0.91"));
  CHECK(matches("metrics.val/auc >= 0.91"));
  CHECK(matches("metric.loss = 5e-1"));
  CHECK(matches("params.optimizer = adam"));
  CHECK(matches("params.optimizer == 'adam'"));
  CHECK(matches("params.optimizer != sgd"));
  CHECK(matches("params.text_lr = 0.5"));  // logged as text, asked as a number
  CHECK(matches("params.\"val loss\" = 3"));
  CHECK(matches("params.`val loss` = 3"));
  CHECK(matches("params.lr = '0.01'"));
  CHECK(matches("tags.kind like 'base%'"));
  CHECK(matches("tags.kind like 'b_s%e'"));
  CHECK_FALSE(matches("tags.kind like 'Base%'"));
  CHECK(matches("tags.kind ILIKE 'Base%'"));
  CHECK(matches("status = finished"));
  CHECK(matches("attributes.name = calm-otter"));
  CHECK(matches("started_at > 2016-11-23"));
  CHECK(matches("started_at < 2016-11-24"));
  CHECK(matches("duration > 60 and duration < 100"));
  CHECK(matches("dirty = false"));
}

TEST_CASE("and binds tighter than or, not tightest, parentheses win") {
  CHECK(matches("status = failed and status = failed or status = finished"));
  CHECK_FALSE(matches("status = failed and (status = failed or status = finished)"));
  CHECK(matches("NOT status = failed"));
  CHECK(matches("not status = failed and status = finished"));
  CHECK_FALSE(matches("not (status = failed or status = finished)"));
  CHECK(matches("not not status = finished"));
}

TEST_CASE("what a run lacks matches nothing") {
  CHECK_FALSE(matches("metrics.f1 > 0"));
  CHECK_FALSE(matches("metrics.f1 != 0"));
  CHECK_FALSE(matches("tags.owner = ann"));
  CHECK(matches("not tags.owner = ann"));
  CHECK_FALSE(matches("model = x"));
}

TEST_CASE("ids of digits are compared as text") {
  Run run = sample();
  run.id = "10000000000000000000000000000000";
  const auto other = Filter::parse("id = '10000000000000000000000000000001'");
  CHECK_FALSE(other.matches(run));
}

TEST_CASE("errors say where") {
  CHECK(refusal("metrics.loss >") == "filter:1:15: expected a value, not the end");
  CHECK(refusal("metrics.loss 3") ==
        "filter:1:14: expected one of = != < <= > >= like ilike, not '3'");
  CHECK(refusal("metrics.loss > 3 metrics.a < 1") ==
        "filter:1:18: expected 'and', 'or' or the end, not 'metrics.a'");
  CHECK(refusal("(metrics.loss > 3") == "filter:1:18: expected ')', not the end");
  CHECK(refusal("metrics. > 3") == "filter:1:1: 'metrics.' names no key");
  CHECK(refusal("stauts = failed") == "filter:1:1: a run has no 'stauts'");
  CHECK(refusal("name = 'a") == "filter:1:8: the quote is not closed");
  CHECK(refusal("= 3") == "filter:1:1: expected a field such as metrics.KEY, not '='");
  CHECK(refusal("name ! a") == "filter:1:6: expected '!=', not '!'");
  CHECK(refusal(std::string(1000, '(')) != "");
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "not ";
  CHECK(refusal(nested) != "");
}

TEST_CASE("sort keys") {
  Run a = sample(), b = sample(), c = sample();
  a.metrics = {{"auc", {0.9, 0, 0, 1, 1}}};
  b.metrics = {{"auc", {0.8, 0, 0, 1, 1}}};
  c.metrics = {};
  const auto up = parse_sort("metrics.auc"), down = parse_sort("-metrics.auc");
  CHECK(sorts_before(b, a, up));
  CHECK(sorts_before(a, b, down));
  CHECK(sorts_before(b, c, up));  // missing last, both ways
  CHECK(sorts_before(b, c, down));
  CHECK_FALSE(sorts_before(a, a, up));
  a.metrics[0].second.last = std::nan("");
  CHECK(sorts_before(b, a, down));
  CHECK(sorts_before(a, c, down));
  CHECK_THROWS_AS(parse_sort("-durations"), Error);
  CHECK_THROWS_AS(parse_sort(""), Error);
}
