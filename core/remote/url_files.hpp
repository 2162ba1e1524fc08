// What a URL names, for reading: a file of a web server, an object of a bucket, or all objects below a
// prefix of one ("s3://BUCKET/PREFIX/"). Web servers get user and password from ~/.netrc; S3 is asked
// as the environment and Amazon's files say (s3_settings.hpp), with AWS_ENDPOINT_URL for other servers.
//
// The version of a file is its ETag (RFC 9110, 8.8.3), as the server writes it, with its quotes. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "remote/s3_client.hpp"

namespace mlo::remote {

/// http://, https:// and s3:// URLs.
bool is_file_url(std::string_view text);
/// The last part of its path, decoded, where it is one plain name ("train.csv"), else "".
std::string file_name_of_url(std::string_view url);
/// Throws usage, with what is wrong, unless it may be the URL of a file or directory. Asks nothing.
void check_file_url(std::string_view url);

class UrlFiles {
 public:
  /// Asks nothing yet. Throws as check_file_url does.
  UrlFiles(Env& env, const std::string& url);

  const std::string& url() const { return shown_; }  ///< for messages
  bool is_directory() const { return directory_; }

  struct Listed {
    std::string name;  ///< below the prefix
    uint64_t size = 0;
    std::string etag;
  };
  /// Of a directory, by name; empty objects that consoles make of folders are left out. Throws failure
  /// where there is nothing.
  std::vector<Listed> list();

  struct Version {
    std::string etag;  ///< empty: the server names none, or one that no pointer can hold
    uint64_t size = 0;
  };
  /// Into the new file `to`, continued where a connection was cut; nullopt, and no file: the server says
  /// that it is still of the version `known` ("": none is known). `name`: of a directory, else "". Throws
  /// failure when there is no such file, or when it changed while it was read.
  std::optional<Version> download(const std::string& name, const std::string& known,
                                  const std::string& to);

 private:
  HttpAnswer ask(const std::string& name, const std::function<NameValues()>& headers,
                 const BodySink& sink);
  HttpAnswer ask_on(const std::string& name, const std::function<NameValues()>& headers,
                    const BodySink& sink, const std::function<uint64_t()>& size);
  std::string reading(const std::string& name) const;
  bool is_missing(const HttpAnswer& answer) const;
  Error refused(const HttpAnswer& answer, const std::string& what) const;

  Env& env_;
  std::string shown_;
  bool directory_ = false;
  std::string address_, key_;  ///< of a web server; in the bucket
  std::optional<S3Client> s3_;
  std::optional<HttpClient> web_;
};

}  // namespace mlo::remote
