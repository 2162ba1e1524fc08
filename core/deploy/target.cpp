#include "deploy/target.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "http/listener.hpp"
#include "package/open_package.hpp"
#include "repo/workspace.hpp"
#include "serve/serve.hpp"

namespace mlo::deploy {
namespace {

void check_name(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (name.empty() || name.front() == '.' || !std::ranges::all_of(name, plain)) {
    throw usage("the deployment name " + quoted(name) + " is not usable",
                "use letters, digits, '.', '_' and '-', and no '.' in front");
  }
}

format::Value list_of(const std::vector<std::string>& texts) {
  auto list = format::Value::array();
  for (const auto& text : texts) list.push(text);
  return list;
}

}  // namespace

std::string Target::label() const {
  if (version != 0) return model + " version " + std::to_string(version);
  return digest.substr(0, 19);
}

std::string Target::served_name() const {
  return model.empty() ? parse_digest(digest)->brief() : model;
}

bool same_service(const Target& a, const Target& b) {
  return a.model == b.model && a.version == b.version && a.digest == b.digest &&
         a.settings == b.settings && a.drain_seconds == b.drain_seconds &&
         a.plugin_path == b.plugin_path;
}

DeploymentSpec parse_spec(repo::Workspace& workspace, const std::string& name) {
  check_name(name);
  const repo::Config& config = workspace.config();
  const format::Value& value = config.required("deployments", name);
  format::Fields fields(value, config.file, "deployments." + name);
  DeploymentSpec spec;
  spec.name = name;
  Target& target = spec.target;
  target.reference = fields.string("model");
  target.settings.host = fields.string("host", "");
  if (target.settings.host.empty()) {
    target.settings.host = serve::default_host(workspace);
  } else if (!http::is_loopback(target.settings.host)) {
    throw fields.error("mlo.yaml may name loopback addresses only", fields.any("host"),
                       "use 127.0.0.1, ::1 or localhost; 'bind' in .mlo/config.yaml takes others");
  }
  target.settings.port = static_cast<uint16_t>(fields.integer("port", 8080, 0, 65535));
  target.settings.threads = static_cast<unsigned>(fields.integer("threads", 0, 0, 1024));
  target.drain_seconds = fields.integer("drain_timeout", 30, 0, 3600);
  spec.start_seconds = fields.integer("start_timeout", 60, 1, 3600);
  fields.finish();
  return spec;
}

std::vector<std::string> configured_names(repo::Workspace& workspace) {
  return workspace.config().names("deployments");
}

Target resolve_target(Env& env, repo::Workspace& workspace, Target target) {
  const auto resolved = package::resolve(env, workspace, target.reference);
  target.model = resolved.name;
  target.version = resolved.version;
  target.digest = resolved.digest.text();
  return target;
}

void put_target(format::Value& object, const Target& target) {
  object.set("reference", target.reference).set("model", target.model);
  object.set("version", target.version).set("digest", target.digest);
  object.set("host", target.settings.host).set("port", target.settings.port);
  object.set("threads", target.settings.threads).set("drain_timeout", target.drain_seconds);
  object.set("plugin_path", list_of(target.plugin_path));
}

Target read_target(const format::Value& object, const std::string& file) {
  format::Fields fields(object, file, "target", Exit::failure);
  Target target;
  target.reference = fields.string("reference");
  target.model = fields.string("model");
  target.version = fields.integer("version", std::nullopt, 0, INT64_MAX);
  target.digest = fields.string("digest");
  if (!parse_digest(target.digest)) throw fields.error("not a digest", fields.any("digest"));
  target.settings.host = fields.string("host");
  target.settings.port = static_cast<uint16_t>(fields.integer("port", std::nullopt, 0, 65535));
  target.settings.threads = static_cast<unsigned>(fields.integer("threads", std::nullopt, 0, 1024));
  target.drain_seconds = fields.integer("drain_timeout", std::nullopt, 0, 3600);
  target.plugin_path = fields.strings("plugin_path");
  fields.finish();
  return target;
}

}  // namespace mlo::deploy
