// One page of ListObjectsV2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::remote {

struct S3Page {
  struct Object {
    std::string key;
    uint64_t size = 0;
    std::string etag;  ///< as it stands there, with its quotes; may be empty
  };
  std::vector<Object> objects;
  std::string next;  ///< continuation token; "": this was the last page
};

/// Throws failure when it is malformed, or when pages are to follow without a token.
S3Page parse_s3_page(std::string_view xml, const std::string& name);

}  // namespace mlo::remote
