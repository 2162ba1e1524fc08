// Where a run ran: the part of the run record that explains why the same training may give other bytes
// elsewhere.
#pragma once

#include <string>

#include "format/value.hpp"
#include "plugin/runtime.hpp"

namespace mlo::train {

/// {"name", "version", "library", "library_version", "digest"} of a loaded plugin.
format::Value describe_runtime(const plugin::Runtime& runtime);

/// {"cpu", "cores", "threads", "os", "mlo", "runtime": {..., "details": what the plugin says}}.
format::Value environment(const plugin::Runtime& runtime, int threads, const std::string& version);

}  // namespace mlo::train
