#include "remote/s3_list.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/url.hpp"
#include "remote/xml.hpp"

namespace mlo::remote {
namespace {

/// encoding-type=url is that of forms: '+' is a space.
std::string key_of(std::string_view text, bool encoded, const std::string& name) {
  if (!encoded) return std::string(text);
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  auto key = percent_decoded(spaced);
  if (!key) throw failure(name + ": a key is not encoded as it should be: " + quoted_start(text));
  return *key;
}

}  // namespace

S3Page parse_s3_page(std::string_view xml, const std::string& name) {
  XmlElement root = parse_xml(xml, name);
  if (root.name != "ListBucketResult") {
    throw failure(name + ": is no list of objects but " + quoted_start(root.name));
  }
  bool encoded = root.text_of("EncodingType") == "url";
  S3Page page;
  for (const XmlElement& child : root.children) {
    if (child.name != "Contents") continue;
    auto size = parse_int(child.text_of("Size"));
    if (!size || *size < 0) throw failure(name + ": an object has no size");
    std::string key = key_of(child.text_of("Key"), encoded, name);
    if (key.empty()) throw failure(name + ": an object has no key");
    page.objects.push_back(
        {std::move(key), static_cast<uint64_t>(*size), std::string(child.text_of("ETag"))});
  }
  if (root.text_of("IsTruncated") == "true") {
    page.next = root.text_of("NextContinuationToken");
    if (page.next.empty()) throw failure(name + ": more is to follow, but it does not say where");
  }
  return page;
}

}  // namespace mlo::remote
