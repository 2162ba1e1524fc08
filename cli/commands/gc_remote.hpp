// `mlo gc --remote`: its options and its result, beside those of the local store.
#pragma once

#include <memory>

#include "cli/command.hpp"
#include "project/remote_gc.hpp"

namespace mlo::cli {

struct GcRemoteArguments {
  project::RemoteGcOptions options;
  double keep_days = 0;
};

void declare_gc_remote(OptionParser& parser, GcRemoteArguments& arguments);
/// `grace`: of --grace, nanoseconds.
Exit run_gc_remote(Context& context, const GcRemoteArguments& arguments, int64_t grace);

}  // namespace mlo::cli
