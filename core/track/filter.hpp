// The filter language of `track list`:
//
//   metrics.val/auc > 0.9 and params.lr < 0.01
//   not (status = finished or tags.kind like "base%")
//
//   expression := term { "or" term }          term  := factor { "and" factor }
//   factor     := "not" factor | "(" expression ")" | FIELD OP VALUE
//   OP         := "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "ilike"
//   VALUE      := number | "text" | 'text' | bare word
//
// FIELD as in field.hpp. Words of the language in any case. A comparison with something that the
// run does not have is false, whatever the operator (as in MLflow); `not` turns that round. Numbers
// compare by value, also where a parameter was logged as text; times as RFC 3339 text, so a date
// alone works. LIKE knows % (any text) and _ (one character).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "track/run.hpp"

namespace mlo::track {

class Filter {
 public:
  /// Throws usage: "filter:1:14: expected ..."; an empty filter matches everything.
  static Filter parse(std::string_view text);
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  ~Filter();
  bool matches(const Run& run) const;

  struct Node;

 private:
  explicit Filter(std::unique_ptr<Node> root);
  std::unique_ptr<Node> root_;
};

}  // namespace mlo::track
