// What `deploy apply` and `deploy rollback` share: options and the rendering of a change.
#pragma once

#include <memory>

#include "cli/command.hpp"
#include "deploy/deploy.hpp"

namespace mlo::cli {

struct ChangeArguments {
  deploy::ChangeRequest request;
  double lock_timeout = 10;
};

std::shared_ptr<ChangeArguments> add_change_options(OptionParser& parser);
/// The request with the program and the lock timeout filled in, and with absolute paths.
deploy::ChangeRequest change_request(const Context& context, const ChangeArguments& arguments);
void print_change(Context& context, const deploy::ChangeReport& report);
/// Seconds of --lock-timeout in nanoseconds.
int64_t lock_nanoseconds(double seconds);

}  // namespace mlo::cli
