#include "data/evict.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {

Action declare_data_evict(OptionParser& parser) {
  auto options = std::make_shared<data::EvictOptions>();
  parser.add_option("PATH", options->paths, "tracked files and directories, or parts of them")
      .required();
  parser.add_flag("--store", options->from_store,
                  "the store's copy, too, where a remote certifies that it has the content");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::EvictReport report = data::evict(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("files", report.files)
                               .set("bytes", report.bytes)
                               .set("objects", report.objects));
    } else {
      context.out.line(counted(report.files, "file") + " evicted, " + human_size(report.bytes) +
                       " (mlo data checkout PATH brings them back)");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
