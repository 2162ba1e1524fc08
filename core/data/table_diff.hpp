// `mlo data diff --rows`: tables row by row, between two commits, a commit (or the pointers) and the work
// tree, or two plain files. What differs is decided by `diff` (diff.hpp); this opens both contents of
// each table that was modified, wherever they lie (store, work tree, git), and compares them
// (table/row_diff.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "data/diff.hpp"
#include "table/row_diff.hpp"

namespace mlo::data {

struct TableDiffOptions {
  DiffOptions diff;
  std::vector<std::string> key;
  uint64_t limit = 20;  ///< rows listed of each kind and table
  /// The arguments are two files, whatever is tracked. Otherwise two existing files are taken so
  /// where there is no workspace, or one of them is neither tracked by mlo nor by git.
  bool plain_files = false;
};

struct TableDiff {
  std::string path;           ///< relative to the root; of plain files the second as typed
  std::string before, after;  ///< what is compared: "data/a.csv at 3fa9c1d2e1f0", a file as typed
  table::RowDiff rows;
};

struct TableDiffReport {
  std::string from, to;          ///< as in DiffReport
  std::vector<FileState> files;  ///< what differs, tables or not
  std::vector<TableDiff> tables;
  bool same() const;
};

/// CSV, TSV or JSONL, by its name.
bool is_table_name(std::string_view path);

/// Finds the workspace at or above `directory` where the arguments need one. Throws where a content is
/// not in the store, and what the tables' readers throw.
TableDiffReport diff_tables(Env& env, const std::string& directory,
                            const TableDiffOptions& options);

}  // namespace mlo::data
