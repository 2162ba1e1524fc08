#include "cli/commands/deploy_change.hpp"

#include "base/text.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {

std::shared_ptr<ChangeArguments> add_change_options(OptionParser& parser) {
  auto arguments = std::make_shared<ChangeArguments>();
  parser.add_option("NAME", arguments->request.name, "key of `deployments` in mlo.yaml").required();
  parser
      .add_option("--plugin-path", arguments->request.plugin_path,
                  "directories that the server searches for runtimes first")
      .one_each();
  parser
      .add_option("--lock-timeout", arguments->lock_timeout,
                  "seconds to wait for another change of this deployment")
      .range(0.0, 86400.0)
      .show_default();
  return arguments;
}

int64_t lock_nanoseconds(double seconds) { return static_cast<int64_t>(seconds * 1e9); }

deploy::ChangeRequest change_request(const Context& context, const ChangeArguments& arguments) {
  deploy::ChangeRequest request = arguments.request;
  request.program = deploy::own_program();
  // The server runs in the workspace, whatever directory the caller is in.
  for (auto& path : request.plugin_path) path = join_path(context.directory, path);
  request.lock_timeout = lock_nanoseconds(arguments.lock_timeout);
  return request;
}

void print_change(Context& context, const deploy::ChangeReport& report) {
  if (context.json) return context.out.document(deploy::to_json(report));
  using Kind = deploy::ChangeResult::Kind;
  const std::string what = report.kind == Kind::unchanged ? "unchanged"
                           : report.kind == Kind::started ? "started"
                                                          : "switched";
  std::string line = report.name + ": " + what + ", " + report.target.label();
  if (report.kind == Kind::switched && report.before &&
      report.before->digest != report.target.digest) {
    line += " (was " + report.before->label() + ")";
  }
  context.out.line(line);
  context.out.line("  " + deploy::model_url(report.server) + "  pid " +
                   std::to_string(report.server.process.pid));
}

}  // namespace mlo::cli
