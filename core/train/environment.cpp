#include "train/environment.hpp"

#include <sys/utsname.h>

#include "base/descriptor.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::train {

namespace {

std::string cpu_name() {
  std::string text = read_file_if_exists("/proc/cpuinfo", 1 << 20).value_or("");
  for (std::string_view line : split(text, '\n'))
    if (line.starts_with("model name"))
      return std::string(trimmed(line.substr(std::min(line.find(':') + 1, line.size()))));
  return "unknown";
}

std::string system_name() {
  utsname name{};
  if (uname(&name) != 0) return "unknown";
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

}  // namespace

format::Value describe_runtime(const plugin::Runtime& runtime) {
  const plugin::PluginInfo& info = runtime.info();
  return format::Value::object()
      .set("name", info.name)
      .set("version", info.version)
      .set("library", info.library)
      .set("library_version", info.library_version)
      .set("digest", runtime.digest().text());
}

format::Value environment(const plugin::Runtime& runtime, int threads, const std::string& version) {
  format::Value plugin = describe_runtime(runtime);
  plugin.set("details", runtime.describe());
  return format::Value::object()
      .set("cpu", cpu_name())
      .set("cores", available_threads())
      .set("threads", threads)
      .set("os", system_name())
      .set("mlo", version)
      .set("runtime", std::move(plugin));
}

}  // namespace mlo::train
