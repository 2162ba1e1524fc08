#include "project/status.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

using format::Value;
using project::StatusReport;
using repo::GitChange;

/// Files listed one by one; 'mlo data status' lists all.
constexpr size_t kMostFiles = 20;

const char* change_name(const GitChange& change) {
  using State = GitChange::State;
  State state = change.work_tree != State::clean ? change.work_tree : change.staged;
  switch (state) {
    case State::untracked:
      return "untracked";
    case State::modified:
      return "modified";
    case State::added:
      return "added";
    case State::deleted:
      return "deleted";
    case State::renamed:
      return "renamed";
    case State::ignored:
      return "ignored";
    case State::clean:
      return "clean";
  }
  return "";
}

bool is_staged(const GitChange& change) { return change.work_tree == GitChange::State::clean; }

std::string run_mark(const Output& out, track::Status status) {
  std::string name(track::status_name(status));
  bool good = status == track::Status::finished;
  bool going = status == track::Status::running;
  return out.paint(good ? Color::green : going ? Color::cyan : Color::red, name);
}

void print_head(Output& out, const StatusReport& report) {
  std::string line = "workspace " + out.paint(Color::bold, printable(report.root));
  if (!report.git) {
    line += ", no git repository";
  } else {
    line += report.branch ? ", on " + *report.branch : ", HEAD detached";
    line += report.commit ? " at " + report.commit->substr(0, 12) : ", no commit yet";
  }
  out.line(line);
}

void print_data(Output& out, const data::StatusReport& data) {
  out.line();
  std::string title = out.paint(Color::bold, "data");
  if (data.pointers == 0) return out.line(title + "  nothing added yet");
  const std::string count = counted(data.pointers, "path");
  if (data.clean()) return out.line(title + "  " + count + ", as recorded");
  out.line(title + "  " + std::to_string(data.files.size()) + " changed in " + count);
  for (size_t i = 0; i < std::min(kMostFiles, data.files.size()); ++i) {
    const data::FileState& file = data.files[i];
    std::string state(data::state_name(file.state));
    state.resize(13, ' ');
    out.line("  " + out.paint(Color::yellow, state) + printable(file.path));
  }
  if (data.files.size() > kMostFiles) {
    out.line("  ... " + std::to_string(data.files.size() - kMostFiles) +
             " more, see 'mlo data status'");
  }
}

void print_git(Output& out, const StatusReport& report) {
  if (!report.git) return;
  out.line();
  std::string title = out.paint(Color::bold, "git");
  if (report.committed.empty()) {
    return out.line(title + "   pointers, mlo.yaml and models are committed");
  }
  out.line(title + "   not committed yet");
  for (const GitChange& change : report.committed) {
    std::string state = change_name(change);
    state.resize(13, ' ');
    out.line("  " + out.paint(is_staged(change) ? Color::green : Color::yellow, state) +
             printable(change.path) + (is_staged(change) ? " (staged)" : ""));
  }
}

void print_runs(Output& out, const StatusReport& report) {
  out.line();
  std::string title = out.paint(Color::bold, "runs");
  std::string since = report.commit ? " since the last commit" : "";
  if (report.runs.empty()) return out.line(title + "  none" + since);
  out.line(title + "  " + std::to_string(report.run_count) + since);
  for (const track::Run& run : report.runs) {
    out.line("  " + run.id.substr(0, 8) + "  " + run_mark(out, run.status) + "  " +
             printable(run.name) + "  " + format_time(run.started_at).substr(0, 16) + "Z");
  }
}

void print_deployments(Output& out, const StatusReport& report) {
  if (report.deployments.empty()) return;
  out.line();
  out.line(out.paint(Color::bold, "deployments"));
  for (const deploy::Status& status : report.deployments) {
    bool running = status.state == deploy::Status::State::running;
    bool died = status.state == deploy::Status::State::died;
    Color color = running ? Color::green : died ? Color::red : Color::none;
    std::string line =
        "  " + printable(status.name) + "  " + out.paint(color, deploy::state_name(status.state));
    if (status.target) {
      line += "  " + status.target->model;
      if (status.target->version > 0) line += " version " + std::to_string(status.target->version);
    }
    if (!status.url.empty()) line += "  " + status.url;
    bool behind = running && !status.up_to_date();
    if (behind) line += "  " + out.paint(Color::yellow, "behind mlo.yaml");
    out.line(line);
    if (!status.problem.empty()) out.line("    " + printable(status.problem));
  }
}

void print(Output& out, const StatusReport& report) {
  print_head(out, report);
  print_data(out, report.data);
  print_git(out, report);
  print_runs(out, report);
  print_deployments(out, report);
  if (report.next.empty()) return;
  out.line();
  out.line(out.paint(Color::bold, "next"));
  for (const std::string& advice : report.next) out.line("  " + advice);
}

Value to_json(const StatusReport& report) {
  Value files = Value::array(), committed = Value::array(), runs = Value::array();
  Value deployments = Value::array(), next = Value::array();
  for (const auto& file : report.data.files) files.push(data::to_json(file));
  for (const auto& change : report.committed) {
    committed.push(Value::object()
                       .set("path", printable(change.path))
                       .set("state", change_name(change))
                       .set("staged", is_staged(change)));
  }
  for (const auto& run : report.runs) runs.push(track::to_json(run));
  for (const auto& status : report.deployments) deployments.push(deploy::to_json(status));
  for (const auto& advice : report.next) next.push(advice);
  return Value::object()
      .set("root", printable(report.root))
      .set("branch", report.branch ? Value(*report.branch) : Value())
      .set("commit", report.commit ? Value(*report.commit) : Value())
      .set("clean", report.clean())
      .set("files", files)
      .set("git", committed)
      .set("runs", runs)
      .set("run_count", report.run_count)
      .set("deployments", deployments)
      .set("next", next);
}

}  // namespace

Action declare_status(OptionParser& parser) {
  auto check = std::make_shared<bool>(false);
  parser.add_flag("--check", *check, "exit 1 when something is not as recorded");
  return [check](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    StatusReport report = project::status(context.env, workspace);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return *check && !report.clean() ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
