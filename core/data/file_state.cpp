#include "data/file_state.hpp"

#include <array>

#include "base/text.hpp"

namespace mlo::data {

std::string_view state_name(State state) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "unchanged",   "added",   "modified", "deleted", "renamed", "missing", "damaged",
      "unsupported", "updated", "removed",  "kept",    "stored",  "ignored", "unreadable"};
  return kNames[static_cast<size_t>(state)];
}

format::Value to_json(const FileState& file) {
  format::Value value = format::Value::object();
  value.set("path", printable(file.path));
  // Also where the name itself has a backslash or a control character: `path` alone would be ambiguous.
  if (printable(file.path) != file.path) value.set("path_base64", base64(file.path));
  value.set("state", state_name(file.state));
  value.set("digest", file.digest ? format::Value(file.digest->text()) : format::Value());
  value.set("size", file.size);
  if (!file.from.empty()) {
    value.set("from", printable(file.from));
    if (printable(file.from) != file.from) value.set("from_base64", base64(file.from));
  }
  return value;
}

}  // namespace mlo::data
