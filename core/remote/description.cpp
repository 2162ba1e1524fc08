#include "remote/description.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kKeyFileLimit = 1 << 20;
constexpr size_t kLeastKeyBytes = 32;

/// The file may be a typing mistake in the configuration, and there may be several remotes.
std::string key_text(Env& env, const RemoteConfig& config, const std::string& file) {
  return in_context("remote " + quoted(config.name),
                    [&] { return read_file(expand_home(env.variables, file), kKeyFileLimit); });
}

std::string passphrase_in(std::string text, const std::string& file) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) throw failure("the pass phrase file " + quoted(file) + " is empty");
  return text;
}

}  // namespace

std::string format_description(const Description& description) {
  return format::canonical_json(
      format::Value::object()
          .set("mlo", 1)
          .set("hash", "sha256")
          .set("chunking", description.chunking == Chunking::content ? "content" : "off")
          .set("encrypt", description.wrapped_key.empty()
                              ? format::Value()
                              : format::Value(description.wrapped_key)));
}

Description parse_description(std::string_view text, const std::string& name) {
  static const std::vector<std::string> kChunkings = {"content", "off"};
  static const std::vector<std::string> kHashes = {"sha256"};
  const format::Value document = format::parse_json(text, name);
  format::Fields fields(document, name, "", Exit::failure);
  fields.version("mlo", 1);
  fields.choice("hash", std::nullopt, kHashes);
  Description description;
  const bool content = fields.choice("chunking", "content", kChunkings) == "content";
  description.chunking = content ? Chunking::content : Chunking::off;
  const format::Value* key = fields.any("encrypt");
  if (key != nullptr && !key->is_null()) {
    if (!key->is_string() || key->as_string().empty()) {
      throw fields.error("must be a wrapped key or null", key);
    }
    description.wrapped_key = key->as_string();
  }
  fields.finish();
  return description;
}

KeySource key_source(Env& env, const RemoteConfig& config) {
  KeySource source;
  if (!config.key_file.empty()) {
    source.key_bytes = key_text(env, config, config.key_file);
    if (source.key_bytes.size() < kLeastKeyBytes) {
      throw failure("the key file " + quoted(config.key_file) + " has fewer than 32 bytes",
                    "make one: head -c 32 /dev/urandom > FILE");
    }
  } else if (!config.passphrase_file.empty()) {
    const std::string& file = config.passphrase_file;
    source.passphrase = passphrase_in(key_text(env, config, file), file);
  } else if (auto phrase = env.variables.get("MLO_PASSPHRASE"); phrase && !phrase->empty()) {
    source.passphrase = *phrase;
  } else {
    throw failure(
        "remote " + quoted(config.name) + " is encrypted and its pass phrase is not known",
        "set remotes." + printable(config.name) +
            ".passphrase_file or .key_file in .mlo/config.yaml, or MLO_PASSPHRASE");
  }
  return source;
}

Description new_description(Env& env, const RemoteConfig& config) {
  Description description;
  description.chunking = config.chunking;
  if (config.encrypt) {
    description.wrapped_key = wrap_key(new_repository_key(), key_source(env, config));
  }
  return description;
}

std::unique_ptr<Codec> open_codec(Env& env, const RemoteConfig& config,
                                  const Description& description) {
  if (!description.wrapped_key.empty()) {
    return in_context("while opening remote " + quoted(config.name), [&] {
      return sealed_codec(unwrap_key(description.wrapped_key, key_source(env, config)));
    });
  }
  if (config.encrypt) {
    throw failure(
        "remote " + quoted(config.name) + " is not encrypted, though its configuration says so",
        "somebody made it without 'encrypt: true', or it is not the remote that you mean; "
        "encryption starts with an empty remote");
  }
  return plain_codec();
}

}  // namespace mlo::remote
