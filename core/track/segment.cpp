#include "track/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/bytes.hpp"
#include "track/crc32c.hpp"

namespace mlo::track {
namespace {

/// The caller has checked that the bytes are there.
template <typename Integer>
Integer read(std::string_view bytes, size_t at) {
  return store::read_little<Integer>(as_bytes(bytes).subspan(at, sizeof(Integer)));
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::string segment_header(std::string_view run, std::string_view writer) {
  return fmt::format("mlo-segment 1 {} {}\n", run, writer);
}

void append_frame(std::string& out, std::string_view payload) {
  if (payload.size() > kLongestPayload) {
    throw usage(fmt::format("a value of {} is too long for the run record (16 MiB at most)",
                            human_size(payload.size())),
                "log large values as outputs");
  }
  std::string length;
  store::append_little(length, static_cast<uint32_t>(payload.size()));
  const uint32_t crc = crc32c(payload, crc32c(length));
  out += length;
  store::append_little(out, crc);
  out += payload;
}

SegmentWriter::SegmentWriter(Env& env, std::string path, std::string_view run,
                             std::string_view writer)
    : env_(env), path_(std::move(path)), fd_(env.files.create(path_, Create::exclusive, 0666)) {
  // Where the file system has no locks, the run merely shows as died until its end is written.
  struct flock lock = whole_file(F_WRLCK);
  ::fcntl(fd_.get(), F_OFD_SETLK, &lock);
  const std::string header = segment_header(run, writer);
  env_.files.write(fd_.get(), as_bytes(header), path_);
  size_ = static_cast<int64_t>(header.size());
}

void SegmentWriter::append(std::string_view payload) {
  frame_.clear();
  append_frame(frame_, payload);
  if (torn_) cut();
  torn_ = true;
  try {
    env_.files.write(fd_.get(), as_bytes(frame_), path_);
  } catch (const Error&) {
    cut();
    throw;
  }
  torn_ = false;
  size_ += static_cast<int64_t>(frame_.size());
}

// Readers stop at half a frame: where it cannot be taken back now, the next event tries again.
void SegmentWriter::cut() {
  env_.files.truncate(fd_.get(), size_, path_);
  ::lseek(fd_.get(), size_, SEEK_SET);
  torn_ = false;
}

void SegmentWriter::sync() { env_.files.sync(fd_.get(), path_); }

SegmentScan scan_segment(std::string_view bytes, std::string_view run, std::string_view writer,
                         const std::string& name,
                         const std::function<void(uint64_t, std::string_view)>& visit) {
  SegmentScan scan;
  if (bytes.size() < kSegmentHeader) {
    scan.dropped = bytes.size();
    return scan;
  }
  if (bytes.substr(0, kSegmentHeader) != segment_header(run, writer)) {
    throw failure(fmt::format("{} is not segment {} of run {}", quoted(name), writer, run),
                  "'mlo fsck' lists what is damaged");
  }
  scan.valid = kSegmentHeader;
  while (bytes.size() - scan.valid >= 8) {
    const uint32_t length = read<uint32_t>(bytes, scan.valid);
    if (length == 0 || length > kLongestPayload || bytes.size() - scan.valid - 8 < length) break;
    const auto payload = bytes.substr(scan.valid + 8, length);
    if (crc32c(payload, crc32c(bytes.substr(scan.valid, 4))) !=
        read<uint32_t>(bytes, scan.valid + 4)) {
      break;
    }
    visit(scan.events++, payload);
    scan.valid += 8 + length;
  }
  scan.dropped = bytes.size() - scan.valid;
  return scan;
}

bool segment_held(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  struct flock lock = whole_file(F_RDLCK);
  return ::fcntl(fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace mlo::track
