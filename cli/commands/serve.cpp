#include "serve/serve.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "deploy/server.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

void print_start(Context& context, const serve::ServeStart& start) {
  if (context.json) {
    auto document = format::Value::object();
    document.set("model", start.name).set("version", start.version).set("digest", start.digest);
    document.set("url", start.url).set("port", start.port);
    context.out.document(std::move(document));
  } else {
    context.out.line("serving " + start.name + " version " + start.version + " at " + start.url);
  }
  context.out.flush();  // whoever waits for the port reads it while we run
}

}  // namespace

Action declare_serve(OptionParser& parser) {
  struct Options : serve::ServeOptions {
    std::string deployment;
  };
  auto options = std::make_shared<Options>();
  options->server_version = MLO_VERSION;
  options->settings.host.clear();
  parser.add_option("MODEL", options->model,
                    "NAME, NAME:VERSION, NAME@ALIAS, run:ID or sha256:HEX");
  parser.add_option("--port", options->settings.port, "0 picks a free one").show_default();
  parser.add_option("--host", options->settings.host,
                    "address to listen on (default: bind of .mlo/config.yaml, or 127.0.0.1)");
  parser
      .add_option("--threads", options->settings.threads,
                  "threads that answer (default: all cores)")
      .range(1, 1024);
  parser
      .add_option("--plugin-path", options->plugin_path, "directories to search for runtimes first")
      .one_each();
  parser.add_option("--deployment", options->deployment,
                    "be the server of this deployment (what `mlo deploy apply` starts)");
  return [options](Context& context) {
    if (options->model.empty() == options->deployment.empty()) {
      throw usage("name either a model or --deployment", "mlo serve NAME");
    }
    auto workspace = repo::Workspace::open(context.env, context.directory);
    if (!options->deployment.empty()) {
      deploy::run_server(context.env, workspace, {options->deployment, MLO_VERSION});
      return Exit::done;
    }
    const auto report =
        serve::serve(context.env, workspace, *options,
                     [&](const serve::ServeStart& start) { print_start(context, start); });
    if (!report.drained) context.env.reporter.warn("requests were cut off");
    return Exit::done;
  };
}

}  // namespace mlo::cli
