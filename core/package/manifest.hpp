// manifest.json, the table of contents of a package. A package is a tree object:
//
//   manifest.json   canonical JSON, described below
//   model.pt        the bytes that the runtime saved
//   encoder.json    raw columns -> tensors
//   profile.json    reference profile of the training rows, for drift
//   samples.json    raw rows with the outputs that the model gave
//   training.json   the resolved training specification
//   README.md       the same for people
//
// The manifest holds no name, version, time or host: building the same run twice gives the same
// tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "format/value.hpp"

namespace mlo::package {

struct PackageFile {
  std::string path;
  Digest digest;
  uint64_t size = 0;
};

struct Column {
  std::string name;
  std::string type;  ///< numeric | categorical | boolean | date
};

struct Manifest {
  std::string task;  ///< classification | regression
  std::string target;
  std::vector<std::string> classes;  ///< in the order of the logits; empty for regression
  std::vector<Column> inputs;        ///< raw columns, in training order
  std::string runtime;               ///< plugin name, "torch"
  std::string runtime_version;       ///< of the plugin
  std::string library_version;       ///< of what it wraps, "1.13.1"
  std::string model_file = "model.pt";
  struct Data {
    std::string name;
    Digest digest;
  };
  std::vector<Data> data;          ///< inputs of the run
  std::vector<PackageFile> files;  ///< all but the manifest itself, sorted by path

  const PackageFile* file(std::string_view path) const;
};

/// Canonical bytes, and back (strict; errors with position in `name`, exit 3).
std::string to_bytes(const Manifest& manifest);
Manifest parse_manifest(std::string_view text, const std::string& name);
format::Value to_json(const Manifest& manifest);

}  // namespace mlo::package
