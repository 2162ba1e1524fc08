#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/commands/file_filter.hpp"
#include "cli/commands/remotes.hpp"
#include "cli/option_parser.hpp"
#include "project/fetch.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kLines = 20;

}  // namespace

Action declare_pull(OptionParser& parser) {
  auto options = std::make_shared<project::FetchOptions>();
  auto force = std::make_shared<bool>(false);
  parser.add_option("PATH", options->paths,
                    "[REMOTE] [PATH...]: only these files and directories, or globs");
  parser.add_option("-r,--remote", options->remote, "the remote, instead of the default one")
      .value_name("NAME");
  auto filter = std::make_shared<FilterArguments>();
  add_filter_options(parser, *filter);
  parser.add_flag("-f,--force", *force, "overwrite content that is not stored");
  parser.add_option("-j,--jobs", options->jobs, "transfers at a time")
      .value_name("N")
      .range(1, 256);
  return [options, filter, force](Context& context) {
    options->filter = filter_of(*filter);
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    const project::PullReport report = project::pull(context.env, workspace, *options, *force);
    if (context.json) {
      context.out.document(fetch_json(report.fetch, false)
                               .set("pointers", report.checkout.pointers)
                               .set("files", files_json(report.checkout.files)));
      return Exit::done;
    }
    print_fetch(context.out, report.fetch, false);
    print_files(context.out, workspace, report.checkout.files, kLines);
    if (report.checkout.files.empty()) context.out.line("data is as its pointers say");
    return Exit::done;
  };
}

}  // namespace mlo::cli
