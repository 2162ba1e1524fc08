#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "deploy/deploy.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

using State = deploy::Status::State;

Color color_of(const deploy::Status& status) {
  if (status.state == State::running) return status.problem.empty() ? Color::green : Color::yellow;
  if (status.state == State::died || status.state == State::unresponsive) return Color::red;
  return Color::yellow;
}

void print_status(Output& out, const deploy::Status& status) {
  out.line(out.paint(Color::bold, status.name) + "  " +
           out.paint(color_of(status), deploy::state_name(status.state)));
  const bool serves = status.server && status.server->generation != 0;
  if (serves) {
    out.line("  serves   " + status.server->target.label());
    out.line("  digest   " + status.server->target.digest);
  } else if (status.target) {
    out.line("  last     " + status.target->label());
  }
  if (!status.url.empty()) out.line("  address  " + status.url);
  if (status.server) {
    out.line("  since    " + format_time(status.server->since) + ", pid " +
             std::to_string(status.pid));
  }
  if (status.state == State::died) {
    const std::string pid = status.pid != 0 ? " (pid " + std::to_string(status.pid) + ")" : "";
    out.line("  its server" + pid + " ended without being stopped; mlo deploy apply " +
             status.name + " starts it again");
  }
  if (status.wanted && serves && !deploy::same_service(status.server->target, *status.wanted)) {
    out.line("  mlo.yaml asks for " + status.wanted->label() + " on port " +
             std::to_string(status.wanted->settings.port) + "; mlo deploy apply " + status.name);
  }
  if (!status.problem.empty()) out.line("  problem  " + status.problem);
}

}  // namespace

Action declare_deploy_status(OptionParser& parser) {
  struct Options {
    std::string name;
    bool check = false;
  };
  auto options = std::make_shared<Options>();
  parser.add_option("NAME", options->name, "one deployment (default: all)");
  parser.add_flag("--check", options->check, "exit 1 unless everything runs as mlo.yaml says");
  return [options](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto found = deploy::list(context.env, workspace, options->name);
    if (context.json) {
      auto all = format::Value::array();
      for (const auto& status : found) all.push(deploy::to_json(status));
      context.out.document(format::Value::object().set("deployments", std::move(all)));
    } else {
      for (const auto& status : found) print_status(context.out, status);
      if (found.empty()) context.out.line("no deployments in mlo.yaml");
    }
    const auto good = [](const deploy::Status& status) { return status.in_order(); };
    return options->check && !std::ranges::all_of(found, good) ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
