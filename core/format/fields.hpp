// Reads an object (from mlo.yaml, a pointer, a manifest) into a struct, field by field, with errors
// that name file:line:column. After all fields are taken, finish() refuses what nobody asked for
// and names the nearest known key. Missing required fields and wrong types throw.
//
//   Fields fields(value, "mlo.yaml", "trainings.vocabulary");
//   spec.target = fields.string("target");
//   spec.epochs = fields.integer("epochs", 20, 1, 1000000);
//   fields.finish();
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "format/value.hpp"

namespace mlo::format {

class Fields {
 public:
  /// `value` must outlive this; `file` names the source in errors, `where` the object ("stages.x").
  /// `code`: the exit code of errors: usage for mlo.yaml and options, failure for stored files.
  Fields(const Value& value, std::string file, std::string where, Exit code = Exit::usage);

  bool has(std::string_view key);
  /// The raw member or nullptr; marks the key as known.
  const Value* any(std::string_view key);
  const Value& required(std::string_view key);

  std::string string(std::string_view key);  ///< required
  std::string string(std::string_view key, std::string_view fallback);
  std::optional<std::string> optional_string(std::string_view key);
  bool boolean(std::string_view key, bool fallback);
  int64_t integer(std::string_view key, std::optional<int64_t> fallback, int64_t least,
                  int64_t most);
  /// The required version of a format: 1 to `newest`. More was written by a newer mlo, and says so.
  void version(std::string_view key, int64_t newest);
  double number(std::string_view key, std::optional<double> fallback, double least, double most);
  /// A list of strings, or one string alone; empty if absent.
  std::vector<std::string> strings(std::string_view key);
  /// One of `choices`; the error names the nearest.
  std::string choice(std::string_view key, std::optional<std::string_view> fallback,
                     std::span<const std::string> choices);

  /// Error at the position of `value` (default: the object): "file:3:5: 'where.key': message".
  Error error(std::string message, const Value* at = nullptr, std::string hint = "") const;
  /// Throws for keys that were never asked for.
  void finish();

 private:
  const Value& value_;
  std::string file_;
  std::string where_;
  Exit code_;
  std::vector<std::string> known_;
};

}  // namespace mlo::format
