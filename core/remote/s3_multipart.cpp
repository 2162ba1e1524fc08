// Uploads in parts: what is above 16 MiB need not start again when a connection is cut.
#include "base/error.hpp"
#include "base/md5.hpp"
#include "base/text.hpp"
#include "remote/names.hpp"
#include "remote/s3_backend.hpp"
#include "remote/xml.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kPartSize = 8 << 20;
constexpr int kDamagedParts = 3;

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return etag;
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

/// What Amazon gives the whole: MD5 of the parts' MD5s, and their number.
std::string whole_etag(std::string_view bytes) {
  std::string digests;
  size_t parts = 0;
  for (size_t at = 0; at < bytes.size(); at += kPartSize, ++parts) {
    Md5Digest digest = md5(bytes.substr(at, kPartSize));
    digests.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  }
  return md5(digests).hex() + "-" + std::to_string(parts);
}

}  // namespace

S3Backend::Stored S3Backend::put_parts(const std::string& name, std::string_view bytes, Put how) {
  std::string what = doing("write", name);
  std::string upload = begin_parts(name, what);
  try {
    std::vector<std::string> etags;
    for (size_t at = 0; at < bytes.size(); at += kPartSize) {
      etags.push_back(put_part(name, upload, etags.size() + 1, bytes.substr(at, kPartSize), what));
    }
    Stored stored = finish_parts(name, upload, bytes, etags, how, what);
    if (stored == Stored::exists) abort_parts(name, upload);
    return stored;
  } catch (...) {
    abort_parts(name, upload);
    throw;
  }
}

std::string S3Backend::begin_parts(const std::string& name, const std::string& what) {
  S3Request request{.method = "POST", .key = key_of(name), .query = {{"uploads", ""}}};
  request.headers = {{"content-type", "application/octet-stream"}};
  HttpAnswer answer = client_.send(request, what).answer;
  if (answer.status != 200) throw client_.refused(answer, what);
  XmlElement root = parse_xml(answer.body, what);
  std::string upload(root.text_of("UploadId"));
  if (upload.empty()) throw failure(what + ": the server began an upload without a name");
  return upload;
}

std::string S3Backend::put_part(const std::string& name, const std::string& upload, size_t number,
                                std::string_view bytes, const std::string& what) {
  S3Request request{.method = "PUT",
                    .key = key_of(name),
                    .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                    .body = bytes};
  std::string expected = md5(bytes).hex();
  for (int attempt = 1;; ++attempt) {
    HttpAnswer answer = client_.send(request, what).answer;
    if (answer.status != 200) throw client_.refused(answer, what);
    std::string etag(answer.header("etag"));
    if (etag.empty()) throw failure(what + ": the server took a part without naming it");
    // Another than MD5 may be right; the whole is read back then.
    bool suspicious = unquoted(etag).size() == expected.size() && unquoted(etag) != expected;
    if (!suspicious || attempt == kDamagedParts) return etag;
  }
}

S3Backend::Stored S3Backend::finish_parts(const std::string& name, const std::string& upload,
                                          std::string_view bytes,
                                          const std::vector<std::string>& etags, Put how,
                                          const std::string& what) {
  std::string body = "<CompleteMultipartUpload>";
  for (size_t i = 0; i < etags.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
            xml_escaped(etags[i]) + "</ETag></Part>";
  }
  body += "</CompleteMultipartUpload>";
  S3Request request{
      .method = "POST", .key = key_of(name), .query = {{"uploadId", upload}}, .body = body};
  request.headers = {{"content-type", "application/xml"}};
  const auto [sent, conditioned] = send_write(std::move(request), how, what);
  const int status = sent.answer.status;
  if (conditioned && status == 412) return found(name, bytes, sent.repeated);
  // The first answer was lost, and the upload is done.
  if (status == 404 && sent.repeated && is_there(name, bytes)) return Stored::yes;
  if (status != 200) throw client_.refused(sent.answer, what);
  // The server answers 200 before it is sure, and may put an error behind that.
  XmlElement root = parse_xml(sent.answer.body, what);
  if (root.name == "Error") throw client_.refused(sent.answer, what);
  return checked(name, bytes, whole_etag(bytes), root.text_of("ETag"));
}

void S3Backend::abort_parts(const std::string& name, const std::string& upload) {
  try {
    client_.send({.method = "DELETE",
                  .key = key_of(name),
                  .query = {{"uploadId", upload}},
                  .despite_cancel = true},
                 doing("clean up after", name));
  } catch (const Error&) {
    // The first error tells more, and the bucket's lifecycle rule removes the rest.
  }
}

}  // namespace mlo::remote
