#include "table/row_matcher.hpp"

#include "base/error.hpp"

namespace mlo::table {
namespace {

/// One side being read: its rows as hashes.
class Hashed {
 public:
  Hashed(const RowSource& source, const CommonColumns& common, const std::atomic<bool>* cancelled)
      : cursor_(source, cancelled),
        key_(common.key, common.form),
        others_(common.others, common.form),
        keyed_(!common.key.empty()) {}

  bool ended() const { return ended_; }
  uint64_t rows() const { return cursor_.total(); }
  /// Calls visit(hash to match by, hash of the other cells, row) for the next batch.
  template <typename Visit>
  void next(Visit&& visit) {
    ended_ = !cursor_.next();
    for (size_t row = 0; row < cursor_.count(); ++row) {
      const Hash128 others = others_(cursor_.rows(), row);
      visit(keyed_ ? key_(cursor_.rows(), row) : others, others, cursor_.first() + row);
    }
  }

 private:
  RowCursor cursor_;
  RowHasher key_, others_;
  bool keyed_;
  bool ended_ = false;
};

}  // namespace

RowMatches RowMatcher::run(uint64_t passes) {
  for (;; passes *= 2) {
    RowMatches matches(options_.limit);
    uint64_t pass = 0;
    while (pass < passes && one_pass(pass, passes, matches)) ++pass;
    if (pass == passes) return matches;
  }
}

/// False: too many entries, and the passes must be smaller.
bool RowMatcher::one_pass(uint64_t pass, uint64_t passes, RowMatches& matches) {
  waiting_.clear();
  seen_.clear();
  Hashed before(*sources_[0], common_, options_.cancelled);
  Hashed after(*sources_[1], common_, options_.cancelled);
  while (!before.ended() || !after.ended()) {
    if (options_.cancelled != nullptr && *options_.cancelled) throw interrupted();
    // Whoever is behind, so that like rows meet early.
    const bool left = !before.ended() && (after.ended() || before.rows() <= after.rows());
    const Side side = left ? Side::before : Side::after;
    (left ? before : after).next([&](const Hash128& hash, const Hash128& others, uint64_t row) {
      if ((hash.high >> 32) % passes != pass) return;
      common_.key.empty() ? match_row(hash, row, side, matches)
                          : match_key(hash, others.low, row, side, matches);
    });
    if (waiting_.size() > options_.most_entries || seen_.size() > 2 * options_.most_entries) {
      return false;
    }
  }
  waiting_.for_each([&](const WaitingRow& row) {
    const uint64_t count = common_.key.empty() ? row.value : 1;
    (row.side == 0 ? matches.removed : matches.added).add({row.row, 0, count});
  });
  return true;
}

void RowMatcher::match_row(const Hash128& hash, uint64_t row, Side side, RowMatches& matches) {
  WaitingRow* like = waiting_.find(hash);
  const auto bit = static_cast<uint64_t>(side);
  if (like == nullptr) return waiting_.insert({hash, 1, row, bit});
  if (like->side == bit) {
    ++like->value;
    return;
  }
  ++matches.unchanged;
  if (--like->value == 0) waiting_.erase(like);
}

void RowMatcher::match_key(const Hash128& key, uint64_t others, uint64_t row, Side side,
                           RowMatches& matches) {
  if (!seen_.add(key, side)) throw KeyTwice{side, row, key};
  WaitingRow* like = waiting_.find(key);
  if (like == nullptr) {
    return waiting_.insert({key, others, row, static_cast<uint64_t>(side)});
  }
  if (like->value == others) {
    ++matches.unchanged;
  } else if (side == Side::after) {
    matches.changed.add({like->row, row});
  } else {
    matches.changed.add({row, like->row});
  }
  waiting_.erase(like);
}

}  // namespace mlo::table
