#include "table/byte_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fast_json.hpp"

namespace mlo::table {
namespace {
constexpr size_t kFirstBuffer = 256 << 10;
}

ByteStream::ByteStream(int fd, std::string name, const std::atomic<bool>* cancelled)
    : fd_(fd), name_(std::move(name)), cancelled_(cancelled) {}

bool ByteStream::read_more() {
  if (at_end_) return false;
  size_t kept = end_ - begin_;
  if (kept > kLargestRow) {
    throw failure(name_ + ": a row above " + human_size(kLargestRow),
                  "is a quote not closed, or a line end missing?");
  }
  if (kept > 0 && begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, kept);
  begin_ = 0;
  end_ = kept;
  size_t wanted = std::max(kFirstBuffer, 2 * kept) + format::kJsonPadding;
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  for (;;) {
    if (cancelled_ != nullptr && *cancelled_) throw interrupted();
    size_t room = buffer_.size() - format::kJsonPadding - end_;
    ssize_t got = ::read(fd_, buffer_.data() + end_, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("cannot read " + quoted(name_), errno);
    end_ += static_cast<size_t>(got);
    at_end_ = got == 0;
    return got > 0;
  }
}

}  // namespace mlo::table
