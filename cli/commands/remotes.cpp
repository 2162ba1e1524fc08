#include "cli/commands/remotes.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"

namespace mlo::cli {

using format::Value;

namespace {

constexpr size_t kMissingLines = 10;

}  // namespace

Value remote_json(const project::RemoteEntry& entry) {
  return Value::object()
      .set("name", entry.name)
      .set("url", printable(entry.url))
      .set("default", entry.is_default)
      .set("encrypt", entry.encrypt)
      .set("chunking", entry.chunking == remote::Chunking::content ? "content" : "off");
}

Value fetch_json(const project::FetchReport& report, bool dry_run) {
  Value missing = Value::array();
  for (const store::Root& root : report.result.missing) {
    missing.push(Value::object()
                     .set("digest", root.digest.text())
                     .set("referrer", printable(root.referrer)));
  }
  return Value::object()
      .set("remote", report.remote)
      .set("url", printable(report.url))
      .set("dry_run", dry_run)
      .set("objects", report.result.objects)
      .set("bytes", report.result.bytes)
      .set("received_bytes", report.result.received_bytes)
      .set("missing", missing);
}

std::string amount(uint64_t objects, uint64_t bytes) {
  return counted(objects, "object") + ", " + human_size(bytes);
}

void print_fetch(Output& out, const project::FetchReport& report, bool dry_run) {
  const remote::FetchReport& result = report.result;
  if (result.objects > 0) {
    std::string line = dry_run ? "would fetch " : "fetched ";
    line += amount(result.objects, result.bytes);
    if (!dry_run) line += " (" + human_size(result.received_bytes) + " received)";
    out.line(line + " from " + quoted(report.remote));
  } else if (result.missing.empty()) {
    out.line("everything is here");
  }
  for (size_t i = 0; i < result.missing.size() && i < kMissingLines; ++i) {
    const store::Root& root = result.missing[i];
    out.line("missing: sha256:" + root.digest.brief() + " of " + printable(root.referrer));
  }
  if (result.missing.size() > kMissingLines) {
    out.line("and " + std::to_string(result.missing.size() - kMissingLines) + " more");
  }
}

}  // namespace mlo::cli
