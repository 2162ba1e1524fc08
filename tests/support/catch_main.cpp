#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <cstdlib>

// The git that tests run must not sign, hook or rename as its user has it.
static const int kOwnGit =
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1) | ::setenv("GIT_CONFIG_SYSTEM", "/dev/null", 1);

// libgit2 1.5 leaks its match data when it parses a revision that is no "describe" name, and a vector
// when the work tree comes from GIT_WORK_TREE. Its frames cannot be named: it is built without frame
// pointers, so the stacks end at its allocators.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:_pcre2_memctl_malloc\nleak:pcre2_match\nleak:stdalloc__realloc\n";
}
