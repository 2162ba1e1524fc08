#include "data/checkout.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kLines = 20;

void print(Output& out, const data::CheckoutReport& report) {
  print_files(out, report.files, kLines);
  auto count = [&](data::State state) {
    return static_cast<uint64_t>(
        std::count_if(report.files.begin(), report.files.end(),
                      [&](const data::FileState& file) { return file.state == state; }));
  };
  uint64_t updated = count(data::State::updated), removed = count(data::State::removed);
  if (updated + removed == 0) return out.line("data is as its pointers say");
  out.line(counted(updated, "file") + " written, " + std::to_string(removed) + " removed");
}

}  // namespace

Action declare_data_checkout(CLI::App& app) {
  auto options = std::make_shared<data::CheckoutOptions>();
  app.add_option("PATH", options->paths, "only these");
  app.add_flag("-f,--force", options->force, "overwrite content that is not stored");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::CheckoutReport report = data::checkout(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("pointers", report.pointers)
                               .set("files", files_json(report.files)));
    } else {
      print(context.out, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
