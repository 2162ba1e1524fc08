#include "repo/reference.hpp"

#include "base/text.hpp"

namespace mlo::repo {
namespace {

[[noreturn]] void malformed(std::string_view text, const std::string& why) {
  throw usage("bad reference " + quoted(text) + ": " + why,
              "model:NAME[:VERSION|@ALIAS], run:ID, sha256:HEX, git:REV:PATH, or a path");
}

void parse_model(std::string_view text, std::string_view rest, Reference& reference) {
  reference.kind = Reference::Kind::model;
  size_t at = rest.rfind('@'), colon = rest.rfind(':');
  if (at != std::string_view::npos) {
    reference.alias = rest.substr(at + 1);
    if (reference.alias.empty()) malformed(text, "the alias is empty");
    rest = rest.substr(0, at);
  } else if (colon != std::string_view::npos) {
    reference.version = parse_int(rest.substr(colon + 1));
    if (!reference.version || *reference.version < 1) {
      malformed(text, "the version must be a number from 1");
    }
    rest = rest.substr(0, colon);
  }
  reference.name = rest;
  if (reference.name.empty()) malformed(text, "the name is empty");
}

void parse_git(std::string_view text, std::string_view rest, Reference& reference) {
  reference.kind = Reference::Kind::git;
  size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0) malformed(text, "it needs REV:PATH");
  reference.rev = rest.substr(0, colon);
  reference.path = rest.substr(colon + 1);
  if (reference.path.empty()) malformed(text, "the path is empty");
}

}  // namespace

Reference parse_reference(std::string_view text) {
  Reference reference;
  reference.text = text;
  if (text.empty()) malformed(text, "it is empty");
  if (text.starts_with("model:")) {
    parse_model(text, text.substr(6), reference);
  } else if (text.starts_with("run:")) {
    reference.kind = Reference::Kind::run;
    reference.id = text.substr(4);
    if (reference.id != "latest" && (reference.id.empty() || !is_lower_hex(reference.id))) {
      malformed(text, "a run is named by hex digits or 'latest'");
    }
  } else if (text.starts_with("sha256:")) {
    reference.kind = Reference::Kind::digest;
    reference.id = text.substr(7);
    if (reference.id.size() < 8 || reference.id.size() > 64 || !is_lower_hex(reference.id)) {
      malformed(text, "a digest needs 8 to 64 lower-case hex digits");
    }
  } else if (text.starts_with("git:")) {
    parse_git(text, text.substr(4), reference);
  } else {
    reference.path = text;
  }
  return reference;
}

Reference parse_model_reference(std::string_view text) {
  bool prefixed = text.starts_with("model:") || text.starts_with("run:") ||
                  text.starts_with("sha256:") || text.starts_with("git:");
  if (prefixed || text.empty() || text.find('/') != std::string_view::npos) {
    return parse_reference(text);
  }
  Reference reference;
  reference.text = text;
  parse_model(text, text, reference);
  return reference;
}

}  // namespace mlo::repo
