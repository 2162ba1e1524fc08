// mlo-remote, the one file that says what a remote is: canonical JSON
//
//   {"chunking":"content"|"off","encrypt":null|"<wrapped key>","hash":"sha256","mlo":1}
//
// `encrypt` is the repository key, wrapped (codec.hpp); `chunking` is what the remote was made with, for
// people: each push cuts as its own configuration says, and each fetch reads both.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "remote/codec.hpp"
#include "remote/config.hpp"

namespace mlo::remote {

inline constexpr const char* kDescriptionName = "mlo-remote";

struct Description {
  Chunking chunking = Chunking::content;
  std::string wrapped_key;  ///< empty: not encrypted
};

std::string format_description(const Description& description);
/// Throws failure with the place when it is malformed or of a newer mlo. `name` is for messages.
Description parse_description(std::string_view text, const std::string& name);

/// What opens an encrypted remote, in this order: its key file, its pass phrase file, the
/// environment variable MLO_PASSPHRASE. Throws failure with a hint when there is none.
KeySource key_source(Env& env, const RemoteConfig& config);

/// Of a remote that is made now: with a new key where the configuration asks for one.
Description new_description(Env& env, const RemoteConfig& config);
/// Throws for a wrong key, and when the configuration says that the remote is encrypted and it is
/// not: nothing may go there in the clear then.
std::unique_ptr<Codec> open_codec(Env& env, const RemoteConfig& config,
                                  const Description& description);

}  // namespace mlo::remote
