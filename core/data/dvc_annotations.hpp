// What a .dvc file says besides the content, kept in the `dvc` mapping of the pointer:
//
//   dvc:
//     md5: 22a1a2931c8370d3aeedd7183606fd7f.dir   # what the rest was said of
//     out: {desc: ..., labels: [...], push: false, isexec: true}
//     stage: {frozen: true, deps: [...], meta: {...}}
//     file: other.dvc                             # where that is not <path>.dvc
//
// or, for the output of a pipeline's stage, whose annotations stay in dvc.yaml:
//
//   dvc: {md5: ..., lock: train/dvc.lock, stage: prepare}
//
// Nothing where the .dvc file says nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/dvc_file.hpp"
#include "format/value.hpp"

namespace mlo::data {

/// An object, or null.
format::Value dvc_annotations(const DvcOut& out);

/// The content of a tracked path as DVC names it.
struct DvcContent {
  std::string name;  ///< file name, as `path` of the .dvc file beside it
  std::string md5;   ///< with ".dir" for directories
  uint64_t size = 0;
  std::optional<uint64_t> files;  ///< directories only
  bool executable = false;
};
/// The text of a .dvc file with the annotations of `kept` (an object of the form above, or null). What was
/// said of an import (deps, frozen, its checksum) goes when the content is another one.
std::string dvc_file_text(const DvcContent& content, const format::Value& kept);

}  // namespace mlo::data
