#include "remote/manifest.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::remote {
namespace {

using format::Fields;
using format::Value;
using Ranges = std::vector<std::pair<uint32_t, uint32_t>>;

const std::vector<std::string> kKinds = {"blob", "tree", "any"};  // in the order of RootKind

bool is_subject(std::string_view certifies) {
  if (certifies.starts_with("commit ")) {
    const auto id = certifies.substr(7);
    return (id.size() == 40 || id.size() == 64) && is_lower_hex(id);
  }
  return certifies.starts_with("roots sha256:") && certifies.size() == 13 + 64 &&
         is_lower_hex(certifies.substr(13));
}

/// It becomes a path: nothing but "index/<hex>" may be one.
bool is_index(std::string_view name) {
  return name.starts_with("index/") && name.size() == 6 + 64 && is_lower_hex(name.substr(6));
}

Ranges joined(Ranges ranges) {
  std::ranges::sort(ranges);
  Ranges out;
  for (const auto& [first, end] : ranges) {
    if (first >= end) continue;
    if (!out.empty() && first <= out.back().second) {
      out.back().second = std::max(out.back().second, end);
    } else {
      out.emplace_back(first, end);
    }
  }
  return out;
}

std::string format_ranges(const Ranges& ranges) {
  std::string text;
  for (const auto& [first, end] : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (end - first > 1) text += "-" + std::to_string(end - 1);
  }
  return text;
}

std::optional<uint32_t> parse_ordinal(std::string_view text) {
  const auto number = parse_int(text);
  if (!number || *number < 0 || *number >= UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

/// nullopt when malformed; order is checked by formatting it again.
std::optional<Ranges> parse_ranges(std::string_view text) {
  Ranges ranges;
  for (const std::string_view part : split(text, ',')) {
    const size_t dash = part.find('-');
    const auto first = parse_ordinal(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_ordinal(part.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    ranges.emplace_back(*first, *last + 1);
  }
  if (format_ranges(joined(ranges)) != text) return std::nullopt;
  return ranges;
}

Digest digest_field(Fields& fields, std::string_view key) {
  const auto digest = parse_digest(fields.string(key));
  if (!digest) throw fields.error("malformed digest", fields.any(key));
  return *digest;
}

template <typename Read>
void each(Fields& fields, const std::string& name, std::string_view key, const Read& read) {
  const Value& list = fields.required(key);
  if (!list.is_array()) throw fields.error("expected a list", &list);
  for (const Value& item : list.as_array()) {
    Fields one(item, name, std::string(key), Exit::failure);
    read(one);
    one.finish();
  }
}

store::Root read_root(Fields& one) {
  store::Root root;
  root.digest = digest_field(one, "digest");
  const std::string kind = one.choice("kind", std::nullopt, kKinds);
  root.kind = static_cast<store::RootKind>(std::ranges::find(kKinds, kind) - kKinds.begin());
  root.referrer = one.string("name");
  return root;
}

Manifest::PackUse read_use(Fields& one) {
  Manifest::PackUse use{digest_field(one, "name"), {}};
  const auto ranges = parse_ranges(one.string("chunks"));
  if (!ranges) throw one.error("malformed ranges of chunks", one.any("chunks"));
  use.chunks = *ranges;
  return use;
}

Manifest read_manifest(const Value& document, const std::string& name) {
  Fields fields(document, name, "", Exit::failure);
  fields.version("mlo", 1);
  Manifest manifest;
  manifest.certifies = fields.string("certifies");
  if (!is_subject(manifest.certifies)) {
    throw fields.error("neither a commit nor roots", fields.any("certifies"));
  }
  const auto time = parse_time(fields.string("time"));
  if (!time) throw fields.error("malformed time", fields.any("time"));
  manifest.time = *time;
  each(fields, name, "roots", [&](Fields& one) { manifest.roots.push_back(read_root(one)); });
  manifest.indexes = fields.strings("indexes");
  for (const std::string& index : manifest.indexes) {
    if (!is_index(index)) throw fields.error("malformed name of an index", fields.any("indexes"));
  }
  each(fields, name, "packs", [&](Fields& one) { manifest.packs.push_back(read_use(one)); });
  fields.finish();
  return manifest;
}

}  // namespace

std::string format_manifest(const Manifest& manifest) {
  if (!is_subject(manifest.certifies)) {
    throw failure("a manifest cannot certify " + quoted(manifest.certifies));
  }
  Value roots = Value::array();
  for (const store::Root& root : manifest.roots) {
    Value one = Value::object();
    one.set("digest", root.digest.text()).set("kind", kKinds[static_cast<size_t>(root.kind)]);
    roots.push(std::move(one.set("name", root.referrer)));
  }
  std::vector<std::string> names = manifest.indexes;
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  Value indexes = Value::array();
  for (const std::string& name : names) indexes.push(name);
  std::map<Digest, Ranges> uses;
  for (const Manifest::PackUse& use : manifest.packs) {
    Ranges& ranges = uses[use.pack];
    ranges.insert(ranges.end(), use.chunks.begin(), use.chunks.end());
  }
  Value packs = Value::array();
  for (auto& [pack, ranges] : uses) {
    const std::string chunks = format_ranges(joined(std::move(ranges)));
    if (chunks.empty()) continue;
    packs.push(std::move(Value::object().set("name", pack.hex()).set("chunks", chunks)));
  }
  Value out = Value::object();
  out.set("mlo", 1).set("certifies", manifest.certifies).set("time", format_time(manifest.time));
  out.set("roots", std::move(roots)).set("indexes", std::move(indexes));
  std::string text = format::canonical_json(out.set("packs", std::move(packs)));
  if (text.size() > kMostManifest) {
    throw failure("a manifest of " + human_size(text.size()) + " is too large");
  }
  return text;
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  if (text.size() > kMostManifest) {
    throw failure("manifest " + quoted(name) + " of " + human_size(text.size()) + " is too large");
  }
  Manifest manifest = read_manifest(format::parse_json(text, name), name);
  // Keys, spaces, order and repetition: whatever else would give one manifest a second text.
  if (format_manifest(manifest) != text) {
    throw failure("manifest " + quoted(name) + " is not in its canonical form");
  }
  return manifest;
}

Manifest open_manifest(const Codec& codec, const std::string& name, std::string_view sealed) {
  Manifest manifest = parse_manifest(codec.open_file(name, sealed), name);
  if (codec.manifest_name(manifest.certifies) != name) {
    throw failure("manifest " + quoted(name) +
                  " certifies another thing: " + quoted(manifest.certifies));
  }
  return manifest;
}

}  // namespace mlo::remote
