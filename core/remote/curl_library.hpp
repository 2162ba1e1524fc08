// libcurl, loaded on first use: linked, it and the 25 libraries behind it would cost every command more than
// the rest of its start. Only what http_client.cpp calls.
#pragma once

#include <curl/curl.h>

namespace mlo::remote {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_getdate) getdate;
};

/// Throws failure, naming the package, where libcurl is not installed. Thread-safe.
const CurlLibrary& curl_library();

}  // namespace mlo::remote
