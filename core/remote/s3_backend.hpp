// A remote in a bucket of an S3 server. Small files go up in one request, those above 16 MiB in parts of
// 8 MiB, each retried on its own. The server checks each body against its signed SHA-256; the ETag it
// answers with is compared too, and where the two differ (encryption, gateways) the file is read back.
// Put::create is conditional (If-None-Match) where the server honours that; where nobody has found out, it looks
// first. Uploads that kill -9 cuts off stay in the bucket, invisible: a lifecycle rule of the bucket
// (AbortIncompleteMultipartUpload) removes them.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "remote/backend.hpp"
#include "remote/s3_client.hpp"

namespace mlo::remote {

class S3Backend final : public Backend {
 public:
  S3Backend(Env& env, const RemoteConfig& config);

  const std::string& url() const override { return url_; }
  BackendTraits traits() const override;
  std::optional<RemoteFile> stat(const std::string& name) override;
  std::optional<std::string> read(const std::string& name, uint64_t limit) override;
  std::string read_range(const std::string& name, uint64_t offset, uint64_t size) override;
  bool put(const std::string& name, std::string_view bytes, Put how) override;
  void list(const std::string& prefix,
            const std::function<void(const RemoteFile&)>& visit) override;
  bool remove(const std::string& name) override;
  bool refuses_second_create(const std::string& existing) override;

 private:
  enum class Stored { yes, exists, damaged };
  /// Whether If-None-Match may decide.
  bool conditional(Put how) const;
  std::string key_of(const std::string& name) const;
  std::string doing(const char* verb, const std::string& name) const;
  struct Written {
    Exchange sent;
    bool conditioned = false;  ///< If-None-Match decided: 412 means that there is a file
  };
  /// With If-None-Match where it may decide, and again without it where the server does not know it.
  Written send_write(S3Request request, Put how, const std::string& what);
  Stored put_whole(const std::string& name, std::string_view bytes, Put how);
  Stored put_parts(const std::string& name, std::string_view bytes, Put how);
  std::string begin_parts(const std::string& name, const std::string& what);
  std::string put_part(const std::string& name, const std::string& upload, size_t number,
                       std::string_view bytes, const std::string& what);
  Stored finish_parts(const std::string& name, const std::string& upload, std::string_view bytes,
                      const std::vector<std::string>& etags, Put how, const std::string& what);
  void abort_parts(const std::string& name, const std::string& upload);
  /// The answer to a conditional write says that there is one: ours, perhaps, of a lost answer.
  Stored found(const std::string& name, std::string_view bytes, bool repeated);
  Stored checked(const std::string& name, std::string_view bytes, const std::string& expected_etag,
                 std::string_view etag);
  bool is_there(const std::string& name, std::string_view bytes);
  bool has_one_winner(const std::string& name);

  Env& env_;
  std::string url_;
  S3Client client_;
  unsigned jobs_;
  std::optional<bool> honours_conditions_;
  std::atomic<bool> refuses_header_ = false;  ///< it answered "not implemented" to If-None-Match
};

}  // namespace mlo::remote
