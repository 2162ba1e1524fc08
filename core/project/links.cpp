#include "project/links.hpp"

#include <functional>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::project {
namespace {

using store::LinkKind;

/// A file of one block, removed again when the probe is over.
class ProbeFile {
 public:
  ProbeFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {
    fd_ = files_.create(path_, Create::exclusive, 0600);
  }
  ProbeFile(const ProbeFile&) = delete;
  ~ProbeFile() { remove_quietly(files_, path_); }

  static void remove_quietly(FileSystem& files, const std::string& path) {
    try {
      if (exists(path)) files.unlink(path);
    } catch (const Error&) {
      // A probe file of 4 KiB left behind is not worth failing a diagnosis.
    }
  }

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }

 private:
  FileSystem& files_;
  std::string path_;
  Descriptor fd_;
};

/// Runs one attempt; the text of its error is the reason.
std::string reason_of(const std::function<void()>& attempt) {
  try {
    attempt();
    return "";
  } catch (const Error& error) {
    return error.message();
  }
}

void try_reflink(FileSystem& files, const ProbeFile& source, const std::string& target) {
  ProbeFile copy(files, target);
  if (!files.clone(source.fd(), copy.fd(), target)) {
    throw failure("the file system shares no extents between files");
  }
}

void try_link(FileSystem& files, LinkKind kind, const ProbeFile& source,
              const std::string& target) {
  if (kind == LinkKind::hardlink) {
    files.link(source.path(), target);
  } else {
    files.symlink(source.path(), target);
  }
  ProbeFile::remove_quietly(files, target);
}

}  // namespace

std::vector<LinkOffer> probe_links(Env& env, const std::string& store_directory,
                                   const std::string& work_directory) {
  std::vector<LinkOffer> offers;
  auto name = ".mlo-probe-" + random_hex(8);
  std::string target = join_path(work_directory, name);
  auto attempt = [&](LinkKind kind) {
    ProbeFile source(env.files, join_path(store_directory, name));
    env.files.write(source.fd(), as_bytes(std::string(4096, 'x')), source.path());
    if (kind == LinkKind::reflink) return try_reflink(env.files, source, target);
    if (kind == LinkKind::copy) return ProbeFile(env.files, target), void();
    try_link(env.files, kind, source, target);
  };
  for (LinkKind kind : {LinkKind::reflink, LinkKind::copy, LinkKind::hardlink, LinkKind::symlink}) {
    std::string reason = reason_of([&] { attempt(kind); });
    offers.push_back({kind, reason.empty(), reason});
  }
  return offers;
}

}  // namespace mlo::project
