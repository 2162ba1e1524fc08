#include "track/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/bytes.hpp"
#include "track/crc32c.hpp"

namespace mlo::track {
namespace {

constexpr size_t kFrameHeader = 8;
constexpr size_t kSector = 512;

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

/// The payload of the frame at `at`; nullopt when it is short or fails its check.
std::optional<std::string_view> frame_at(std::string_view bytes, size_t at) {
  if (bytes.size() - at < kFrameHeader) return std::nullopt;
  const uint32_t length = read<uint32_t>(bytes, at);
  if (length == 0 || length > kLongestPayload || bytes.size() - at - kFrameHeader < length) {
    return std::nullopt;
  }
  const auto payload = bytes.substr(at + kFrameHeader, length);
  if (crc32c(payload, crc32c(bytes.substr(at, 4))) != read<uint32_t>(bytes, at + 4)) {
    return std::nullopt;
  }
  return payload;
}

/// Whether the frame that begins at `at` lost its end to a power loss: from a sector in it on, the
/// file is zeros.
bool is_zero_filled(std::string_view bytes, size_t at, size_t frame) {
  const size_t last = bytes.find_last_not_of('\0');
  const size_t zeros = last == std::string_view::npos ? 0 : last + 1;
  if (zeros <= at) return true;
  const size_t sector = (zeros + kSector - 1) / kSector * kSector;
  return sector < std::min(at + frame, bytes.size());
}

/// SegmentScan::damaged for the bytes from `at` on, at which there is no whole frame.
bool is_damaged(std::string_view bytes, size_t at) {
  if (bytes.size() - at < kFrameHeader) return false;
  const uint32_t length = read<uint32_t>(bytes, at);
  if (is_zero_filled(bytes, at, kFrameHeader + length)) return false;
  if (length == 0 || length > kLongestPayload) return true;
  if (bytes.size() - at - kFrameHeader >= length) return true;
  for (size_t next = at + 1; next < bytes.size(); ++next) {
    if (frame_at(bytes, next)) return true;
  }
  return false;
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
  // Waits for a compaction that is looking at the empty file. Where the file system has no locks, the
  // run merely shows as died until its end is written.
  struct flock lock = whole_file(F_WRLCK);
  while (::fcntl(fd_.get(), F_OFD_SETLKW, &lock) != 0 && errno == EINTR) {
  }
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
  while (const auto payload = frame_at(bytes, scan.valid)) {
    visit(scan.events++, *payload);
    scan.valid += kFrameHeader + payload->size();
  }
  scan.dropped = bytes.size() - scan.valid;
  scan.damaged = is_damaged(bytes, scan.valid);
  return scan;
}

Descriptor claim_segment(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock = whole_file(F_WRLCK);
  if (fd && ::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) fd.close();
  return fd;
}

bool segment_held(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  struct flock lock = whole_file(F_RDLCK);
  return ::fcntl(fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace mlo::track
