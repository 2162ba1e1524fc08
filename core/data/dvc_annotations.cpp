#include "data/dvc_annotations.hpp"

#include <algorithm>

#include "data/python_yaml.hpp"

namespace mlo::data {
namespace {

using format::Value;

/// DVC's order around `outs`.
constexpr std::string_view kBefore[] = {"desc", "md5", "cmd", "frozen", "deps"};
/// What holds of one content only: the import that it came from.
constexpr std::string_view kOfImport[] = {"md5", "frozen", "deps", "cmd"};
/// Its own file says the path now; the hashes of clouds are those of the old content.
constexpr std::string_view kNever[] = {"wdir", "outs"};
constexpr std::string_view kNeverOfOut[] = {"md5",        "size",   "nfiles",  "hash",
                                            "path",       "isexec", "files",   "cloud",
                                            "version_id", "etag",   "checksum"};

template <size_t n>
bool is_one_of(std::string_view key, const std::string_view (&keys)[n]) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

Value out_entry(const DvcContent& content, const Value& kept) {
  Value entry = Value::object().set("md5", content.md5).set("size", content.size);
  if (content.files) entry.set("nfiles", *content.files);
  if (content.executable) entry.set("isexec", true);
  entry.set("hash", "md5").set("path", content.name);
  const Value& annotations = kept["out"];
  if (!annotations.is_object()) return entry;
  for (const Value::Member& member : annotations.as_object()) {
    if (!is_one_of(member.key, kNeverOfOut)) entry.set(member.key, member.value);
  }
  return entry;
}

}  // namespace

Value dvc_annotations(const DvcOut& out) {
  Value kept = Value::object();
  kept.set("md5", out.md5.hex() + (out.is_directory ? ".dir" : ""));
  if (!out.stage.empty()) return kept.set("lock", out.file).set("stage", out.stage);
  if (out.annotations.size() > 0) kept.set("out", out.annotations);
  if (out.stage_fields.size() > 0) kept.set("stage", out.stage_fields);
  if (out.file != out.path + ".dvc") kept.set("file", out.file);
  return kept.size() > 1 ? kept : Value();
}

std::string dvc_file_text(const DvcContent& content, const Value& kept) {
  const Value& fields = kept["stage"];
  const Value& said_of = kept["md5"];
  bool same = said_of.is_string() && said_of.as_string() == content.md5;
  Value document = Value::object();
  auto copy = [&](bool before) {
    if (!fields.is_object()) return;
    for (const Value::Member& member : fields.as_object()) {
      bool gone = is_one_of(member.key, kNever) || (!same && is_one_of(member.key, kOfImport));
      if (!gone && is_one_of(member.key, kBefore) == before) document.set(member.key, member.value);
    }
  };
  copy(true);
  Value outs = Value::array();
  outs.push(out_entry(content, kept));
  document.set("outs", std::move(outs));
  copy(false);
  return python_yaml(document);
}

}  // namespace mlo::data
