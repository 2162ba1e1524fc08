#include "remote/s3_settings.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kMostBytes = 1 << 20;

/// The settings of one profile, of both files.
class Profile {
 public:
  Profile(const Variables& variables, std::string name)
      : variables_(variables), name_(std::move(name)) {
    read("AWS_CONFIG_FILE", "~/.aws/config", "profile " + name_);
    if (name_ == "default") read("AWS_CONFIG_FILE", "~/.aws/config", "default");
    read("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", name_);
  }

  const std::string& name() const { return name_; }
  bool found() const { return found_; }
  std::string get(const std::string& key) const {
    auto found = values_.find(key);
    return found == values_.end() ? "" : found->second;
  }

 private:
  void read(const std::string& variable, const std::string& fallback, const std::string& section) {
    std::string path = variables_.get(variable).value_or("");
    if (path.empty()) path = fallback;
    if (path.starts_with("~/") && variables_.get("HOME").value_or("").empty()) return;
    auto text = read_file_if_exists(expand_home(variables_, path), kMostBytes);
    if (!text) return;
    IniSections sections = parse_ini(*text);
    auto mine = sections.find(section);
    if (mine == sections.end()) return;
    found_ = true;
    for (const auto& [key, value] : mine->second) values_[key] = value;
  }

  const Variables& variables_;
  std::string name_;
  bool found_ = false;
  std::map<std::string, std::string> values_;
};

std::string variable(const Variables& variables, const char* name) {
  return variables.get(name).value_or("");
}

std::string profile_name(const Variables& variables, const RemoteConfig& config) {
  if (!config.profile.empty()) return config.profile;
  std::string name = variable(variables, "AWS_PROFILE");
  return name.empty() ? "default" : name;
}

/// A name that somebody typed and that is nowhere is a mistake, not a public bucket.
void check_found(const Profile& profile, const RemoteConfig& config) {
  if (profile.found() || profile.name() == "default") return;
  throw usage(
      "there is no profile " + quoted(profile.name()) + " in ~/.aws/credentials or ~/.aws/config",
      config.profile.empty() ? "AWS_PROFILE names it"
                             : "remotes." + config.name + ".profile names it");
}

/// Keys that would have to be fetched: refused rather than passed over, as 403 would say nothing.
void check_no_provider(const Profile& profile) {
  for (const char* key : {"credential_process", "role_arn", "sso_session", "sso_start_url",
                          "web_identity_token_file"}) {
    if (profile.get(key).empty()) continue;
    throw usage("the profile " + quoted(profile.name()) + " gets its credentials through " +
                    quoted(key) + ", which mlo does not do",
                "eval \"$(aws configure export-credentials --format env)\" puts them into the "
                "environment");
  }
}

std::optional<S3Credentials> credentials_of(const Variables& variables, const RemoteConfig& config,
                                            const Profile& profile) {
  if (!config.access_key_id.empty()) {
    return S3Credentials{config.access_key_id, config.secret_access_key, config.session_token};
  }
  std::string id = variable(variables, "AWS_ACCESS_KEY_ID");
  std::string secret = variable(variables, "AWS_SECRET_ACCESS_KEY");
  if (config.profile.empty() && (!id.empty() || !secret.empty())) {
    if (id.empty() || secret.empty()) {
      throw usage("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, and one is not set");
    }
    return S3Credentials{id, secret, variable(variables, "AWS_SESSION_TOKEN")};
  }
  check_found(profile, config);
  id = profile.get("aws_access_key_id");
  secret = profile.get("aws_secret_access_key");
  if (id.empty() || secret.empty()) {
    check_no_provider(profile);
    return std::nullopt;
  }
  return S3Credentials{id, secret, profile.get("aws_session_token")};
}

std::string first_of(std::initializer_list<std::string> choices) {
  for (const std::string& choice : choices) {
    if (!choice.empty()) return choice;
  }
  return "";
}

void set_endpoint(S3Settings& settings, const std::string& endpoint) {
  Url url = parse_url(endpoint);
  if ((url.scheme != "http" && url.scheme != "https") || url.host.empty()) {
    throw usage("the S3 endpoint " + quoted(public_url(endpoint)) + " is no http(s)://HOST[:PORT]");
  }
  settings.secure = url.scheme == "https";
  settings.host = url.host;
  uint16_t usual = settings.secure ? 443 : 80;
  if (url.port != 0 && url.port != usual) settings.host += ":" + std::to_string(url.port);
  settings.base_path = url.path;
  while (settings.base_path.ends_with('/')) settings.base_path.pop_back();
  settings.base_path += "/" + settings.bucket;
}

void set_amazon(S3Settings& settings) {
  std::string domain = settings.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  settings.host = "s3." + settings.region + domain;
  // A certificate's '*' stands for one label.
  if (settings.bucket.find('.') == std::string::npos) {
    settings.host = settings.bucket + "." + settings.host;
  } else {
    settings.base_path = "/" + settings.bucket;
  }
}

}  // namespace

S3Settings s3_settings(const Variables& variables, const RemoteConfig& config) {
  Profile profile(variables, profile_name(variables, config));
  Url url = parse_url(config.url);
  S3Settings settings;
  settings.bucket = url.host;
  for (std::string_view part : split(url.path, '/')) {
    if (!part.empty()) settings.prefix += std::string(part) + "/";
  }
  settings.region =
      first_of({config.region, variable(variables, "AWS_REGION"),
                variable(variables, "AWS_DEFAULT_REGION"), profile.get("region"), "us-east-1"});
  std::string endpoint =
      first_of({config.endpoint, variable(variables, "AWS_ENDPOINT_URL_S3"),
                variable(variables, "AWS_ENDPOINT_URL"), profile.get("endpoint_url")});
  if (endpoint.empty()) {
    set_amazon(settings);
  } else {
    set_endpoint(settings, endpoint);
  }
  settings.credentials = credentials_of(variables, config, profile);
  return settings;
}

IniSections parse_ini(std::string_view text) {
  IniSections sections;
  std::map<std::string, std::string>* section = nullptr;
  for (std::string_view line : split(text, '\n')) {
    if (line.starts_with(' ') || line.starts_with('\t')) continue;
    line = trimmed(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      size_t end = line.find(']');
      if (end == std::string_view::npos) {
        section = nullptr;
      } else {
        section = &sections[std::string(trimmed(line.substr(1, end - 1)))];
      }
      continue;
    }
    size_t equals = line.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    std::string key(trimmed(line.substr(0, equals)));
    for (char& c : key) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    (*section)[key] = trimmed(line.substr(equals + 1));
  }
  return sections;
}

}  // namespace mlo::remote
