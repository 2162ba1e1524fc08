// How remotes and what went to or came from them look, the same in every command.
#pragma once

#include <string>

#include "format/value.hpp"
#include "project/fetch.hpp"
#include "project/push.hpp"
#include "project/remotes.hpp"

namespace mlo::cli {

format::Value remote_json(const project::RemoteEntry& entry);
format::Value fetch_json(const project::FetchReport& report, bool dry_run);
/// "3 objects, 12.0 KiB".
std::string amount(uint64_t objects, uint64_t bytes);
/// What a fetch did, and what it did not find, as lines.
void print_fetch(class Output& out, const project::FetchReport& report, bool dry_run);

}  // namespace mlo::cli
