// The JSON of the protocol's GET requests.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "serve/servable.hpp"

namespace mlo::serve {

std::string server_metadata(std::string_view server_version);
std::string model_metadata(const ServedModel& model);
/// Triton's ModelConfig, as far as perf_analyzer reads it.
std::string model_config(const ServedModel& model);
std::string model_ready(const ServedModel& model);
std::string repository_index(std::span<const std::shared_ptr<const Servable>> servables);

}  // namespace mlo::serve
