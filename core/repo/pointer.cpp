#include "repo/pointer.hpp"

#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/yaml.hpp"

namespace mlo::repo {

Pointer parse_pointer(std::string_view text, const std::string& name) {
  if (text.starts_with("<<<<<<< ") || text.find("\n<<<<<<< ") != std::string_view::npos) {
    throw failure(quoted(name) + " has merge conflicts: both sides of a git merge changed it",
                  "mlo merge-driver --favor ours '" + printable(name) +
                      "' (or theirs) merges the rest of it, " + "then: git add '" +
                      printable(name) + "'");
  }
  format::Value value =
      in_context("cannot read a pointer", [&] { return format::parse_yaml(text, name); });
  format::Fields fields(value, name, "", Exit::failure);
  const format::Value& version = fields.required("mlo");
  if (!version.is_int() || version.as_int() != 1) {
    throw fields.error("this mlo reads pointers of version 1 only", &version,
                       "a newer mlo wrote this file; update mlo");
  }
  static const std::vector<std::string> kTypes = {"file", "tree"};
  Pointer pointer;
  pointer.type = fields.choice("type", std::nullopt, kTypes) == "tree" ? Pointer::Type::tree
                                                                       : Pointer::Type::file;
  const format::Value& digest = fields.required("digest");
  auto parsed = digest.is_string() ? parse_digest(digest.as_string()) : std::nullopt;
  if (!parsed) throw fields.error("must be 'sha256:' and 64 hex digits", &digest);
  pointer.digest = *parsed;
  pointer.size = static_cast<uint64_t>(fields.integer("size", std::nullopt, 0, INT64_MAX));
  if (pointer.type == Pointer::Type::tree) {
    pointer.files = static_cast<uint64_t>(fields.integer("files", std::nullopt, 0, INT64_MAX));
  }
  if (const format::Value* source = fields.any("source")) {
    pointer.source = parse_source(*source, name);
  }
  if (const format::Value* dvc = fields.any("dvc")) {
    if (!dvc->is_object()) throw fields.error("must be a mapping", dvc);
    pointer.dvc = *dvc;
  }
  fields.finish();
  return pointer;
}

std::string format_pointer(const Pointer& pointer) {
  bool tree = pointer.type == Pointer::Type::tree;
  std::string text = "mlo: 1\ntype: ";
  text += tree ? "tree" : "file";
  text += "\ndigest: " + pointer.digest.text() + "\nsize: " + std::to_string(pointer.size) + "\n";
  if (tree) text += "files: " + std::to_string(pointer.files) + "\n";
  if (pointer.source) {
    text += format::to_yaml(format::Value::object().set("source", to_value(*pointer.source)));
  }
  if (pointer.dvc.is_object()) {
    text += format::to_yaml(format::Value::object().set("dvc", pointer.dvc));
  }
  return text;
}

std::string pointer_path(std::string_view path) {
  return std::string(path) + std::string(kPointerSuffix);
}

std::string pointed_path(std::string_view path) {
  if (!path.ends_with(kPointerSuffix)) return {};
  path.remove_suffix(kPointerSuffix.size());
  return path.empty() || path.ends_with('/') ? std::string() : std::string(path);
}

}  // namespace mlo::repo
