// What DVC's files track: `<path>.dvc` (YAML: `outs`, and what else the stage says) and the outputs of
// pipeline stages, whose hashes stand in `dvc.lock` and whose directories and flags in `dvc.yaml`.
//
//   outs:
//   - md5: 22a1a2931c8370d3aeedd7183606fd7f.dir    # ".dir": a directory object (dvc_directory.hpp)
//     size: 14445097
//     nfiles: 5                                    # directories only
//     isexec: true                                 # executable files only
//     hash: md5                                    # absent: written by DVC 2, see dvc_hash.hpp
//     path: data.xml                               # relative to `wdir` (default: of the .dvc file)
//     desc: ...                                    # annotations, kept
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/md5.hpp"
#include "data/dvc_hash.hpp"
#include "format/value.hpp"

namespace mlo::data {

struct DvcOut {
  std::string path;   ///< relative to the repository's root; as written where it leads outside
  std::string file;   ///< that names it, relative to the root: "data/x.dvc", "dvc.lock"
  std::string stage;  ///< of dvc.lock: the stage's name
  Md5Digest md5;
  DvcHash hash = DvcHash::md5;
  bool is_directory = false;
  bool in_cache = true;  ///< false: `cache: false`, git holds the file
  std::optional<uint64_t> size;
  std::string remote;   ///< `remote: NAME`
  std::string problem;  ///< why mlo cannot take it ("is versioned in the cloud"); empty if it can
  /// What else the entry says (isexec, desc, labels, push, ...), in its order; an object.
  format::Value annotations = format::Value::object();
  /// What else the .dvc file says (deps, frozen, meta, ...); an object, empty for stages.
  format::Value stage_fields = format::Value::object();
};

/// `name` is the file's path relative to the root, also in errors. Throws failure when it is malformed.
std::vector<DvcOut> parse_dvc_file(std::string_view text, const std::string& name);

/// The part of dvc.yaml that dvc.lock does not repeat, by stage name without "@item".
struct DvcStage {
  std::string wdir;                            ///< as written
  std::map<std::string, format::Value> flags;  ///< by the path of the out as written; objects
};
std::map<std::string, DvcStage> parse_dvc_yaml(std::string_view text, const std::string& name);
/// `stages`: of the dvc.yaml beside it.
std::vector<DvcOut> parse_dvc_lock(std::string_view text, const std::string& name,
                                   const std::map<std::string, DvcStage>& stages);

}  // namespace mlo::data
