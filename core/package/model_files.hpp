// The two files of a registered model as text: models/<name>/<version>.yaml, written once:
//
//   mlo: 1
//   digest: sha256:...
//   kind: package          # or mlflow
//   run: 3f2a...           # absent without one
//   commit: 9b1c...        # of the run; absent without git
//   metrics:               # absent when empty
//     val/auc: 0.91
//
// and models/<name>/model.yaml, edited by splicing, all keys but `mlo` optional:
//
//   mlo: 1
//   description: who knows ten words
//   stage: production
//   aliases:
//     production: 1
//   tags:
//     team: survey
#pragma once

#include <string>
#include <string_view>

#include "package/registry.hpp"

namespace mlo::package {

/// Both throw failure with file:line:column. Fill what the file says and leave the rest.
void parse_version_file(std::string_view text, const std::string& name, ModelVersion& version);
void parse_model_file(std::string_view text, const std::string& name, Model& model);

std::string format_version_file(const ModelVersion& version);
/// What model.yaml begins as.
std::string empty_model_file();

/// "12.yaml" -> 12; nullopt for anything else ("012.yaml", "model.yaml").
std::optional<int64_t> version_of_file(std::string_view file);

}  // namespace mlo::package
