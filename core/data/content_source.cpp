#include "data/content_source.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {

Descriptor descriptor_of(std::string_view bytes) {
  Descriptor fd(::memfd_create("mlo", MFD_CLOEXEC));
  if (!fd) throw system_error("cannot make a file in memory", errno);
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot write to a file in memory", errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) throw system_error("cannot seek in memory", errno);
  return fd;
}

table::RowSource stored_source(const store::ObjectStore& store, const Digest& digest,
                               std::string name) {
  store.size_of(digest);  // throws when it is missing
  return {std::move(name), [&store, digest] {
            if (const auto path = store.loose_path(digest)) return open_read(*path);
            return descriptor_of(store.view(digest).text());
          }};
}

table::RowSource file_source(const std::string& path, std::string name) {
  const auto status = stat_target(path);
  if (!status) throw usage("there is no file " + quoted(name));
  if (!S_ISREG(status->st_mode)) {
    throw usage(quoted(name) + " is no regular file", "it is read several times: save it first");
  }
  return {std::move(name), [path] { return open_read(path); }};
}

table::RowSource text_source(std::string text, std::string name) {
  auto shared = std::make_shared<const std::string>(std::move(text));  // by copies of the function
  return {std::move(name), [shared] { return descriptor_of(*shared); }};
}

}  // namespace mlo::data
