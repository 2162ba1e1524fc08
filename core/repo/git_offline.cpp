// What libgit2 would take from the network, answered with "no": mlo uses it for local objects only,
// and leaves everything else to the user's git. The linker takes an archive's member only for a name
// that is still undefined, so defining these names here keeps libgit2's HTTP, SSH and TLS code, and
// with it libssh2, GSSAPI and Kerberos, out of the program. CMake probes that this still links and
// falls back to the shared libgit2 where it does not.
#include <git2.h>
#include <git2/sys/transport.h>

#include <iterator>

#include "repo/git.hpp"
#include "repo/git_library.hpp"

#ifdef MLO_GIT_OFFLINE
extern "C" {
int git_http__expect_continue = 0;
int git_smart_subtransport_http(git_smart_subtransport**, git_transport*, void*) {
  return GIT_ENOTFOUND;
}
int git_smart_subtransport_ssh(git_smart_subtransport**, git_transport*, void*) {
  return GIT_ENOTFOUND;
}
int git_transport_ssh_with_paths(git_transport**, git_remote*, void*) { return GIT_ENOTFOUND; }
int git_transport_ssh_global_init() { return 0; }
int git_mbedtls_stream_global_init() { return 0; }
int git_mbedtls_stream_new(void**, const char*, const char*) { return GIT_ENOTFOUND; }
int git_mbedtls_stream_wrap(void**, void*, const char*) { return GIT_ENOTFOUND; }
int git_mbedtls__set_cert_location(const char*, const char*) { return GIT_ENOTFOUND; }
}
#endif

namespace mlo::repo {

void initialise_libgit2() {
  static const bool once = [] {
    git_libgit2_init();
    const char* extensions[] = {"worktreeconfig", "partialclone", "preciousobjects"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);  // Git::open checks it
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);   // off by default, unlike git's own
    return true;
  }();
  (void)once;
}

std::string git_library_version() {
  int major, minor, revision;
  git_libgit2_version(&major, &minor, &revision);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(revision);
}

}  // namespace mlo::repo

#ifdef MLO_GIT_OFFLINE_PROBE
int main() {
  mlo::repo::initialise_libgit2();
  git_repository* repository = nullptr;
  git_status_list* list = nullptr;
  git_repository_open(&repository, ".");
  git_status_list_new(&list, repository, nullptr);
  git_commit_create_buffer(nullptr, repository, nullptr, nullptr, nullptr, nullptr, nullptr, 0,
                           nullptr);
  return 0;
}
#endif
