#include "package/manifest.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::package {
namespace {

using format::Fields;
using format::Value;

const std::vector<std::string> kTasks = {"classification", "regression"};
const std::vector<std::string> kTypes = {"numeric", "categorical", "boolean", "date"};

Digest digest_field(Fields& fields) {
  const auto digest = parse_digest(fields.string("digest"));
  if (!digest) throw fields.error("malformed digest", fields.any("digest"));
  return *digest;
}

template <typename Read>
void each(Fields& fields, const std::string& name, std::string_view key, const Read& read) {
  const Value& list = fields.required(key);
  if (!list.is_array()) throw fields.error("expected a list", &list);
  for (const auto& item : list.as_array()) {
    Fields one(item, name, std::string(key), Exit::failure);
    read(one);
    one.finish();
  }
}

void read_runtime(Fields& fields, const std::string& name, Manifest& manifest) {
  Fields runtime(fields.required("runtime"), name, "runtime", Exit::failure);
  manifest.runtime = runtime.string("name");
  manifest.runtime_version = runtime.string("version");
  manifest.library_version = runtime.string("library_version", "");
  runtime.finish();
}

void read_files(Fields& fields, const std::string& name, Manifest& manifest) {
  each(fields, name, "files", [&](Fields& one) {
    const auto size = one.integer("size", std::nullopt, 0, INT64_MAX);
    manifest.files.push_back({one.string("path"), digest_field(one), static_cast<uint64_t>(size)});
  });
  const auto ordered = [](const PackageFile& a, const PackageFile& b) { return a.path < b.path; };
  if (!std::is_sorted(manifest.files.begin(), manifest.files.end(), ordered)) {
    throw fields.error("files are not sorted", fields.any("files"));
  }
}

}  // namespace

const PackageFile* Manifest::file(std::string_view path) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const PackageFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

Value to_json(const Manifest& manifest) {
  Value out = Value::object();
  out.set("mlo_package", 1).set("task", manifest.task).set("target", manifest.target);
  Value classes = Value::array();
  for (const auto& name : manifest.classes) classes.push(name);
  out.set("classes", std::move(classes));
  Value inputs = Value::array();
  for (const auto& column : manifest.inputs) {
    inputs.push(Value::object().set("name", column.name).set("type", column.type));
  }
  out.set("inputs", std::move(inputs)).set("model", manifest.model_file);
  Value runtime = Value::object();
  runtime.set("name", manifest.runtime).set("version", manifest.runtime_version);
  out.set("runtime", runtime.set("library_version", manifest.library_version));
  Value data = Value::array();
  for (const auto& one : manifest.data) {
    data.push(Value::object().set("name", one.name).set("digest", one.digest.text()));
  }
  Value files = Value::array();
  for (const auto& file : manifest.files) {
    Value one = Value::object();
    one.set("path", file.path).set("digest", file.digest.text()).set("size", file.size);
    files.push(std::move(one));
  }
  return out.set("data", std::move(data)).set("files", std::move(files));
}

std::string to_bytes(const Manifest& manifest) { return format::canonical_json(to_json(manifest)); }

Manifest parse_manifest(std::string_view text, const std::string& name) {
  const Value document = format::parse_json(text, name);
  Fields fields(document, name, "", Exit::failure);
  fields.version("mlo_package", 1);
  Manifest manifest;
  manifest.task = fields.choice("task", std::nullopt, kTasks);
  manifest.target = fields.string("target");
  manifest.classes = fields.strings("classes");
  manifest.model_file = fields.string("model");
  read_runtime(fields, name, manifest);
  each(fields, name, "inputs", [&](Fields& one) {
    manifest.inputs.push_back({one.string("name"), one.choice("type", std::nullopt, kTypes)});
  });
  each(fields, name, "data", [&](Fields& one) {
    manifest.data.push_back({one.string("name"), digest_field(one)});
  });
  read_files(fields, name, manifest);
  fields.finish();
  return manifest;
}

}  // namespace mlo::package
