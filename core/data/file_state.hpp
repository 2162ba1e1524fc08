// One file in a report of the data commands: the "File" of --json, the same shape everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "format/value.hpp"

namespace mlo::data {

enum class State {
  unchanged,
  added,        ///< in the work tree (or the second side), not in what is compared with
  modified,     ///< other content, kind or executable bit
  deleted,      ///< not in the work tree (or the second side)
  renamed,      ///< the same content under another name; `from` is the old one
  missing,      ///< the content is neither in the work tree nor in the store
  damaged,      ///< a hard-linked file was written to and with it the stored object
  unsupported,  ///< socket, named pipe, device, or a name that a tree cannot hold
  updated,      ///< add: the pointer changed; checkout: the file was written
  removed,      ///< checkout: the file was removed
  kept,         ///< checkout: not in the new tree, but its content is not stored, so it stays
  stored,       ///< list: the content is in the store
  ignored,      ///< tracked, but .mloignore hides it: the next add would take it out
  unreadable    ///< permission denied
};
std::string_view state_name(State state);

struct FileState {
  std::string path;  ///< relative to the workspace root, any bytes
  State state = State::unchanged;
  std::optional<Digest> digest;  ///< nullopt: unknown or nothing there
  uint64_t size = 0;
  std::string from;  ///< renamed only
  /// Modified regular files: the content that is stored or on the first side.
  std::optional<Digest> before = std::nullopt;
};

/// {path, state, digest, size}; `from` for renames, `path_base64` where the path is not UTF-8.
format::Value to_json(const FileState& file);

}  // namespace mlo::data
