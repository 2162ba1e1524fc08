#include "data/dvc_file.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/yaml.hpp"

namespace mlo::data {
namespace {

using format::Value;

constexpr std::string_view kIdentity[] = {"md5", "size", "nfiles", "hash", "path"};

Error error_at(const std::string& name, const Value& value, const std::string& message) {
  return failure(name + ":" + std::to_string(value.position().line) + ":" +
                 std::to_string(value.position().column) + ": " + message);
}

const Value& object_in(const Value& value, const std::string& name, const char* what) {
  if (!value.is_object()) throw error_at(name, value, std::string(what) + " must be a mapping");
  return value;
}

std::string text_in(const Value& object, std::string_view key, const std::string& name) {
  const Value* value = object.find(key);
  if (!value || value->is_null()) return {};
  if (!value->is_string()) {
    throw error_at(name, *value,
                   quoted(key) + " must be text (in quotes where it looks like a number)");
  }
  return value->as_string();
}

bool is_false(const Value* value) { return value && value->is_bool() && !value->as_bool(); }

bool is_outside(std::string_view path) {
  return path.starts_with('/') || path.find("://") != std::string_view::npos;
}

/// `path`, written in a file of `directory` whose stage works in `wdir`, relative to the root; nullopt
/// when it leads outside.
std::optional<std::string> place_of(std::string_view directory, std::string_view wdir,
                                    std::string_view path) {
  if (is_outside(path) || is_outside(wdir)) return std::nullopt;
  std::string whole = join_path(join_path(directory, wdir), path);
  std::vector<std::string_view> kept;
  for (std::string_view part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (kept.empty()) {
      return std::nullopt;
    } else {
      kept.pop_back();
    }
  }
  std::string result;
  for (std::string_view part : kept) (result += result.empty() ? "" : "/") += part;
  if (result.empty()) return std::nullopt;
  return result;
}

void read_hash(DvcOut& out, const Value& entry, const std::string& name) {
  std::string sum = text_in(entry, "md5", name);
  std::string hash = text_in(entry, "hash", name);
  out.hash = hash.empty() ? DvcHash::dos2unix : DvcHash::md5;
  if (sum.ends_with(".dir")) {
    out.is_directory = true;
    sum.resize(sum.size() - 4);
  }
  if (!hash.empty() && hash != "md5") {
    out.problem = "is hashed with " + quoted(hash) + ", which mlo does not know";
  } else if (auto digest = parse_md5(sum)) {
    out.md5 = *digest;
  } else if (entry.find("files") || entry.find("cloud") || entry.find("version_id")) {
    out.problem = "is versioned in the cloud, without an MD5";
  } else if (!sum.empty()) {
    out.problem = "has a malformed md5 " + quoted(sum);
  } else if (entry.find("etag") || entry.find("checksum")) {
    out.problem = "has no md5, only the mark of a server";
  } else {
    out.problem = "was never hashed by DVC";
  }
}

DvcOut read_out(const Value& entry, const std::string& name, std::string_view wdir) {
  object_in(entry, name, "an out");
  DvcOut out;
  out.file = name;
  std::string path = text_in(entry, "path", name);
  if (path.empty()) throw error_at(name, entry, "an out without a 'path'");
  read_hash(out, entry, name);
  if (auto place = place_of(parent_path(name), wdir, path)) {
    out.path = *place;
  } else {
    out.path = path;
    out.problem = "lies outside of the repository";
  }
  if (const Value* size = entry.find("size"); size && size->is_int() && size->as_int() >= 0) {
    out.size = static_cast<uint64_t>(size->as_int());
  }
  for (const Value::Member& member : entry.as_object()) {
    if (std::find(std::begin(kIdentity), std::end(kIdentity), member.key) == std::end(kIdentity)) {
      out.annotations.set(member.key, member.value);
    }
  }
  return out;
}

/// The flags that decide where the content lies.
void apply_flags(DvcOut& out, const std::string& name) {
  if (is_false(out.annotations.find("cache"))) out.in_cache = false;
  out.remote = text_in(out.annotations, "remote", name);
}

void read_stage_outs(const Value& list, DvcStage& stage) {
  if (!list.is_array()) return;  // a template
  for (const Value& item : list.as_array()) {
    if (!item.is_object()) continue;
    for (const Value::Member& member : item.as_object()) {
      if (member.value.is_object()) stage.flags[member.key] = member.value;
    }
  }
}

}  // namespace

std::vector<DvcOut> parse_dvc_file(std::string_view text, const std::string& name) {
  Value document = format::parse_yaml(text, name);
  object_in(document, name, "a .dvc file");
  std::string wdir = text_in(document, "wdir", name);
  std::vector<DvcOut> outs;
  const Value* list = document.find("outs");
  if (!list || list->is_null()) return outs;
  if (!list->is_array()) throw error_at(name, *list, "'outs' must be a list");
  Value fields = Value::object();
  for (const Value::Member& member : document.as_object()) {
    if (member.key != "outs") fields.set(member.key, member.value);
  }
  for (const Value& entry : list->as_array()) {
    DvcOut out = read_out(entry, name, wdir);
    apply_flags(out, name);
    out.stage_fields = fields;
    outs.push_back(std::move(out));
  }
  return outs;
}

std::map<std::string, DvcStage> parse_dvc_yaml(std::string_view text, const std::string& name) {
  std::map<std::string, DvcStage> stages;
  Value document = format::parse_yaml(text, name);
  const Value& list = document["stages"];
  if (!list.is_object()) return stages;
  for (const Value::Member& member : list.as_object()) {
    const Value* body = member.value.find("do");  // of a foreach
    const Value& entry = body ? *body : member.value;
    if (!entry.is_object()) continue;
    DvcStage& stage = stages[member.key];
    stage.wdir = text_in(entry, "wdir", name);
    for (const char* key : {"outs", "metrics", "plots"}) {
      if (const Value* outs = entry.find(key)) read_stage_outs(*outs, stage);
    }
  }
  return stages;
}

std::vector<DvcOut> parse_dvc_lock(std::string_view text, const std::string& name,
                                   const std::map<std::string, DvcStage>& stages) {
  Value document = format::parse_yaml(text, name);
  object_in(document, name, "dvc.lock");
  std::string schema = text_in(document, "schema", name);
  if (!schema.empty() && schema != "2.0") {
    throw failure(name + ": schema " + quoted(schema) + " is not known");
  }
  // The first version had the stages at the top.
  const Value& list = schema.empty() ? document : document["stages"];
  std::vector<DvcOut> outs;
  if (!list.is_object()) return outs;
  for (const Value::Member& member : list.as_object()) {
    const Value* entries = member.value.find("outs");
    if (!entries || !entries->is_array()) continue;
    auto known = stages.find(member.key.substr(0, member.key.find('@')));
    const DvcStage stage = known == stages.end() ? DvcStage() : known->second;
    for (const Value& entry : entries->as_array()) {
      DvcOut out = read_out(entry, name, stage.wdir);
      out.stage = member.key;
      if (stage.wdir.find("${") != std::string::npos) {
        out.problem = "lies in a 'wdir' that is a template";
      }
      auto flags = stage.flags.find(text_in(entry, "path", name));
      if (flags != stage.flags.end()) {
        for (const Value::Member& flag : flags->second.as_object()) {
          out.annotations.set(flag.key, flag.value);
        }
      }
      apply_flags(out, name);
      outs.push_back(std::move(out));
    }
  }
  return outs;
}

}  // namespace mlo::data
