// The matching of rows itself: two tables side by side, in one or more passes, into counts and the first
// rows of each kind. row_diff.hpp says what it means.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "table/row_diff.hpp"
#include "table/row_hash.hpp"
#include "table/row_match.hpp"

namespace mlo::table {

/// A row (or pair of rows) to list. Ordered by where it stands.
struct FoundRow {
  uint64_t row = 0, other = 0;
  uint64_t count = 1;
  bool operator<(const FoundRow& found) const { return row < found.row; }
};

/// The first `limit` of what is added, and how many there were.
class RowListing {
 public:
  explicit RowListing(uint64_t limit) : limit_(limit) {}
  void add(const FoundRow& found) {
    count_ += found.count;
    if (limit_ == 0) return;
    if (rows_.size() == limit_) {
      if (!(found < *rows_.rbegin())) return;
      rows_.erase(std::prev(rows_.end()));
    }
    rows_.insert(found);
  }
  uint64_t count() const { return count_; }
  const std::set<FoundRow>& rows() const { return rows_; }

 private:
  uint64_t limit_, count_ = 0;
  std::set<FoundRow> rows_;
};

struct RowMatches {
  explicit RowMatches(uint64_t limit) : removed(limit), added(limit), changed(limit) {}
  RowListing removed, added, changed;
  uint64_t unchanged = 0;
};

/// A key that a side has twice.
struct KeyTwice {
  Side side = Side::before;
  uint64_t row = 0;  ///< the second one
  Hash128 key;
};

/// What both sides are compared over.
struct CommonColumns {
  std::vector<std::string> key, others;  ///< without a key all columns are others
  CellForm form = CellForm::text;
};

class RowMatcher {
 public:
  RowMatcher(const RowSource& before, const RowSource& after, const CommonColumns& common,
             const RowDiffOptions& options)
      : sources_{&before, &after}, common_(common), options_(options) {}
  /// `passes`: as many as memory should need; it takes more where they do not suffice. Throws KeyTwice.
  RowMatches run(uint64_t passes);

 private:
  bool one_pass(uint64_t pass, uint64_t passes, RowMatches& matches);
  void match_row(const Hash128& hash, uint64_t row, Side side, RowMatches& matches);
  void match_key(const Hash128& key, uint64_t others, uint64_t row, Side side, RowMatches& matches);

  std::array<const RowSource*, 2> sources_;
  const CommonColumns& common_;
  const RowDiffOptions& options_;
  WaitingRows waiting_;
  SeenKeys seen_;
};

}  // namespace mlo::table
