#include "project/fetch.hpp"

#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/file_filter.hpp"
#include "cli/commands/remotes.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {

Action declare_fetch(OptionParser& parser) {
  auto options = std::make_shared<project::FetchOptions>();
  parser.add_option("PATH", options->paths,
                    "[REMOTE] [PATH...]: only these files and directories, or globs");
  parser.add_option("-r,--remote", options->remote, "the remote, instead of the default one")
      .value_name("NAME");
  parser.add_option("--rev", options->rev, "the data of this commit, instead of the work tree's")
      .value_name("REV");
  parser.add_flag("--all", options->all, "whatever the history of any branch or tag names");
  auto filter = std::make_shared<FilterArguments>();
  add_filter_options(parser, *filter);
  parser.add_flag("-n,--dry-run", options->dry_run, "only say what would be fetched");
  parser.add_option("-j,--jobs", options->jobs, "transfers at a time")
      .value_name("N")
      .range(1, 256);
  return [options, filter](Context& context) {
    options->filter = filter_of(*filter);
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    const project::FetchReport report = project::fetch(context.env, workspace, *options);
    if (context.json) {
      context.out.document(fetch_json(report, options->dry_run));
    } else {
      print_fetch(context.out, report, options->dry_run);
    }
    return report.result.missing.empty() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
