// Where imported data came from: the `source` of a pointer. It says what to ask again (`data update`)
// and what the answer was last time: a commit, or a web server's ETag. The pointer's digest is that
// of the source's content then; data that is changed and added here has no source any more.
//
//   source:
//     kind: mlo                                # how the repository held it: mlo, dvc, git
//     repository: https://example.org/data.git # what `git clone` takes; relative to the workspace's root
//     path: data/train.csv                     # in the repository
//     rev: main                                # as asked for; absent: its default branch
//     commit: "3fa9..."                        # what that was, 40 (SHA-256 repositories: 64) hex digits
//
//   source:
//     kind: url
//     url: https://example.org/train.csv       # http, https or s3
//     etag: "\"5d41402a\""                     # absent where the server names none; of a directory of a
//                                              # bucket the SHA-256 of its listing (data/import_url.hpp)
//
// No part holds a credential: URLs with a password (or any user where it could be a token) are refused
// in both directions.
#pragma once

#include <string>
#include <string_view>

#include "format/value.hpp"

namespace mlo::repo {

struct Source {
  enum class Kind { mlo, dvc, git, url };
  Kind kind = Kind::url;
  std::string url;  ///< of the repository or of the file
  std::string path, rev, commit;
  std::string etag;
  bool operator==(const Source&) const = default;
};

/// The version for people: the start of the commit, or of the ETag without its quotes; may be empty.
std::string version_of(const Source& source);

std::string_view kind_name(Source::Kind kind);
/// The mapping as it stands in pointers and in --json.
format::Value to_value(const Source& source);
/// Throws failure with file:line:column.
Source parse_source(const format::Value& value, const std::string& file);

/// Whether a URL names more than a place: a password, a user where it could be a token (not for ssh,
/// where it is a login), or a query with a signature or a key in it.
bool holds_credentials(std::string_view url);

}  // namespace mlo::repo
