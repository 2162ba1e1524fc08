#include "remote/curl_library.hpp"

#include "remote/shared_library.hpp"

// The macros check types of calls, not addresses.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace mlo::remote {
namespace {

CurlLibrary load() {
  SharedLibrary library({"libcurl.so.4", "libcurl-gnutls.so.4"},
                        "install libcurl (Debian: apt install libcurl4)");
  CurlLibrary curl;
  library.find(curl.easy_init, "curl_easy_init");
  library.find(curl.easy_setopt, "curl_easy_setopt");
  library.find(curl.easy_perform, "curl_easy_perform");
  library.find(curl.easy_getinfo, "curl_easy_getinfo");
  library.find(curl.easy_reset, "curl_easy_reset");
  library.find(curl.easy_cleanup, "curl_easy_cleanup");
  library.find(curl.easy_strerror, "curl_easy_strerror");
  library.find(curl.slist_append, "curl_slist_append");
  library.find(curl.slist_free_all, "curl_slist_free_all");
  library.find(curl.getdate, "curl_getdate");
  decltype(&::curl_global_init) global_init;
  library.find(global_init, "curl_global_init");
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw failure("libcurl does not start");
  return curl;
}

}  // namespace

const CurlLibrary& curl_library() {
  static const CurlLibrary curl = load();
  return curl;
}

}  // namespace mlo::remote
