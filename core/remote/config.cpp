#include "remote/config.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "format/fields.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

// What a clone must not bring along, because it is secret or names files of one machine.
constexpr std::array<std::string_view, 8> kLocalOnly = {
    "access_key_id",   "secret_access_key", "session_token",    "key_file",
    "passphrase_file", "identity_file",     "known_hosts_file", "ca_file"};

const char* const kSchemes =
    "a path or file://, s3://BUCKET/PREFIX, ssh://[USER@]HOST[:PORT]/PATH, http(s)://HOST/PATH";

/// The place of the message, without the text of `where`: an Error of parse_url, say.
Error at_value(const format::Fields& fields, const Error& error, const format::Value* at) {
  return fields.error(error.message(), at, error.hint());
}

void refuse_local_only(const format::Fields& fields, const format::Value& entry,
                       const std::string& name) {
  for (std::string_view key : kLocalOnly) {
    const format::Value* found = entry.find(key);
    if (found == nullptr) continue;
    throw fields.error(quoted(key) + " cannot be set in a file that git carries", found,
                       "put it into remotes." + printable(name) + " of .mlo/config.yaml");
  }
}

/// The name is also that of the folder .mlo/remotes/NAME.
void check_name(const std::string& name, const std::string& file) {
  bool plain = !name.empty() && name.size() <= 100 && name[0] != '.' && name[0] != '-' &&
               std::ranges::all_of(name, [](char c) {
                 return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
               });
  if (!plain) {
    throw usage(file + ": " + quoted_start(name) + " is no name for a remote",
                "letters, digits, '.', '_' and '-', starting with a letter or digit");
  }
}

/// host:path, as scp and git take it.
bool looks_like_scp(std::string_view text) {
  size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find('/') > colon;
}

void set_directory(RemoteConfig& config, std::string_view path, const std::string& root) {
  if (path.starts_with("~")) {
    throw usage("'~' stays what it is in the path of a remote",
                "write the whole path, or './~' for a directory of that name");
  }
  config.scheme = Scheme::directory;
  config.directory = normal_path(path, root);
}

void set_file_url(RemoteConfig& config, const Url& url, const std::string& root) {
  if (!url.host.empty() && url.host != "localhost") {
    throw usage("the URL " + quoted(public_url(config.url)) + " names a host",
                "a path has three slashes: file:///path");
  }
  auto path = percent_decoded(url.path);
  if (!path || path->empty()) {
    throw usage("the URL " + quoted(public_url(config.url)) + " has a malformed path");
  }
  set_directory(config, *path, root);
}

void check_bucket(const Url& url, const RemoteConfig& config) {
  bool plain = url.user.empty() && url.port == 0 && !url.host.starts_with('[');
  if (!plain || url.host.size() < 3 || url.host.size() > 63) {
    throw usage("the URL " + quoted(public_url(config.url)) + " names no bucket",
                "write s3://BUCKET/PREFIX; the host goes into 'endpoint'");
  }
}

void set_url(RemoteConfig& config, const std::string& root) {
  auto scheme = scheme_of(config.url);
  if (!scheme) {
    if (config.url.empty()) throw usage("'url' is empty");
    if (looks_like_scp(config.url)) {
      throw usage("'url' is neither a path nor a URL",
                  "write ssh://[USER@]HOST/PATH, or './' before a path with a colon");
    }
    return set_directory(config, config.url, root);
  }
  Url url = parse_url(config.url);
  if (url.has_password) {
    throw usage("the URL " + quoted(public_url(config.url)) + " has a password in it",
                "leave it out: credentials belong into .mlo/config.yaml, ~/.netrc or the agent");
  }
  if (*scheme == "file") return set_file_url(config, url, root);
  if (url.host.empty()) {
    throw usage("the URL " + quoted(public_url(config.url)) + " names no host");
  }
  if (*scheme == "s3") {
    check_bucket(url, config);
    config.scheme = Scheme::s3;
  } else if (*scheme == "ssh" || *scheme == "sftp") {
    config.scheme = Scheme::sftp;
  } else if (*scheme == "http" || *scheme == "https") {
    if (!url.user.empty()) {
      throw usage("the URL " + quoted(public_url(config.url)) + " has a user in it",
                  "put user and password of the host into ~/.netrc");
    }
    config.scheme = Scheme::http;
  } else {
    throw usage("the URL " + quoted(public_url(config.url)) + " is of no known kind",
                std::string("known: ") + kSchemes);
  }
}

void check_endpoint(const std::string& endpoint) {
  if (endpoint.empty()) return;
  Url url = parse_url(endpoint);
  bool web = url.scheme == "http" || url.scheme == "https";
  if (!web || url.host.empty() || !url.user.empty() || url.has_password) {
    throw usage("'endpoint' must be http(s)://HOST[:PORT], without a user");
  }
}

/// Options of either file; those of .mlo/config.yaml win.
void read_options(format::Fields& fields, RemoteConfig& config, const std::string& root) {
  if (const format::Value* node = fields.any("url")) {
    config.url = fields.string("url");
    try {
      set_url(config, root);
    } catch (const Error& error) {
      throw at_value(fields, error, node);
    }
  }
  if (const format::Value* node = fields.any("endpoint")) {
    config.endpoint = fields.string("endpoint");
    try {
      check_endpoint(config.endpoint);
    } catch (const Error& error) {
      throw at_value(fields, error, node);
    }
  }
  config.is_default = fields.boolean("default", config.is_default);
  static const std::vector<std::string> kChunking = {"content", "off"};
  std::string_view before = config.chunking == Chunking::off ? "off" : "content";
  config.chunking =
      fields.choice("chunking", before, kChunking) == "off" ? Chunking::off : Chunking::content;
  config.encrypt = fields.boolean("encrypt", config.encrypt);
  config.jobs = static_cast<unsigned>(fields.integer("jobs", config.jobs, 0, 256));
  config.region = fields.string("region", config.region);
  config.profile = fields.string("profile", config.profile);
  if (fields.has("conditional_put")) {
    config.conditional_put = fields.boolean("conditional_put", false);
  }
}

/// Absolute; one that starts with "~/" waits for expand_home.
std::string file_option(format::Fields& fields, std::string_view key, const std::string& root) {
  std::string path = fields.string(key, "");
  return path.empty() || path.starts_with("~/") ? path : normal_path(path, root);
}

void read_local_options(format::Fields& fields, RemoteConfig& config, const std::string& root) {
  config.access_key_id = fields.string("access_key_id", "");
  config.secret_access_key = fields.string("secret_access_key", "");
  config.session_token = fields.string("session_token", "");
  if (config.access_key_id.empty() != config.secret_access_key.empty()) {
    throw fields.error("'access_key_id' and 'secret_access_key' go together");
  }
  config.key_file = file_option(fields, "key_file", root);
  config.passphrase_file = file_option(fields, "passphrase_file", root);
  config.identity_file = file_option(fields, "identity_file", root);
  config.known_hosts_file = file_option(fields, "known_hosts_file", root);
  config.ca_file = file_option(fields, "ca_file", root);
}

void check_scheme_options(const format::Fields& fields, const RemoteConfig& config) {
  auto only = [&](const char* key, const std::string& value, Scheme scheme, const char* kind) {
    if (!value.empty() && config.scheme != scheme) {
      throw fields.error(quoted(key) + " is an option of " + kind + " remotes only");
    }
  };
  only("endpoint", config.endpoint, Scheme::s3, "S3");
  only("region", config.region, Scheme::s3, "S3");
  only("profile", config.profile, Scheme::s3, "S3");
  only("access_key_id", config.access_key_id, Scheme::s3, "S3");
  only("identity_file", config.identity_file, Scheme::sftp, "SSH");
  only("known_hosts_file", config.known_hosts_file, Scheme::sftp, "SSH");
}

}  // namespace

RemoteConfig parse_remote(const std::string& name, const format::Value& entry,
                          const std::string& file, const format::Value* local,
                          const std::string& local_file, const std::string& root) {
  check_name(name, file);
  RemoteConfig config;
  config.name = name;
  format::Fields fields(entry, file, "remotes." + printable(name));
  refuse_local_only(fields, entry, name);
  read_options(fields, config, root);
  fields.finish();
  if (local != nullptr && !local->is_null()) {
    format::Fields local_fields(*local, local_file, "remotes." + printable(name));
    read_options(local_fields, config, root);
    read_local_options(local_fields, config, root);
    local_fields.finish();
    if (config.url.empty()) fields.required("url");
    check_scheme_options(local_fields, config);
  } else {
    if (config.url.empty()) fields.required("url");
    check_scheme_options(fields, config);
  }
  return config;
}

std::string expand_home(const Variables& variables, const std::string& path) {
  if (!path.starts_with("~/")) return path;
  std::string home = variables.get("HOME").value_or("");
  if (home.empty()) {
    throw usage("cannot tell where " + quoted(path) + " is: HOME is not set",
                "write the whole path");
  }
  return join_path(home, path.substr(2));
}

}  // namespace mlo::remote
