#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"
#include "track/change.hpp"

namespace mlo::cli {
namespace {

struct Arguments {
  track::ChangeOptions options;
  std::vector<std::string> metrics, params, tags;
};

void take(Arguments& arguments) {
  for (const auto& text : arguments.metrics) {
    auto [key, value] = track::parse_assignment(text, "--metric");
    const auto number = parse_double(value);
    if (!number) throw usage("--metric: " + quoted(value) + " is not a number");
    arguments.options.metrics.emplace_back(std::move(key), *number);
  }
  for (const auto& text : arguments.params) {
    arguments.options.params.push_back(track::parse_assignment(text, "--param"));
  }
  for (const auto& text : arguments.tags) {
    arguments.options.tags.push_back(track::parse_assignment(text, "--tag"));
  }
}

}  // namespace

Action declare_track_log(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("RUN", arguments->options.run, "run:ID, an id, its beginning, or latest")
      .required();
  parser.add_option("--metric", arguments->metrics, "KEY=NUMBER, a point of a metric").one_each();
  parser.add_option("--step", arguments->options.step, "the step of the metrics").show_default();
  parser.add_option("--param", arguments->params, "KEY=VALUE, a parameter").one_each();
  parser.add_option("--tag", arguments->tags, "KEY=VALUE, a tag").one_each();
  parser.add_option("--untag", arguments->options.untag, "KEY of a tag to take away").one_each();
  return [arguments](Context& context) {
    take(*arguments);
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto run = track::change_run(context.env, workspace, arguments->options);
    if (context.json) {
      context.out.document(track::to_json(run));
    } else {
      context.out.line("logged to run " + shown_id(run.id) + " (" + printable(run.name) + ")");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
