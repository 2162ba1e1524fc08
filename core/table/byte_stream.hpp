// A window over a file descriptor for parsers of rows: unread bytes in one piece, grown until a whole
// row fits. Reads as much as is there and never waits for a full buffer, so that rows of a pipe are
// seen when they arrive.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::table {

class ByteStream {
 public:
  static constexpr size_t kLargestRow = 64 << 20;

  /// `cancelled` (may be null) is asked when a signal interrupts a read.
  ByteStream(int fd, std::string name, const std::atomic<bool>* cancelled);

  /// The bytes that are not consumed. At least format::kJsonPadding bytes behind them are readable.
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  size_t readable() const { return buffer_.size() - begin_; }
  void consume(size_t size) { begin_ += size; }
  /// Waits for more bytes; false at the end of input. Moves the unread bytes: views become invalid.
  /// Throws when they exceed kLargestRow.
  bool read_more();
  bool at_end() const { return at_end_; }
  const std::string& name() const { return name_; }

 private:
  int fd_;
  std::string name_;
  const std::atomic<bool>* cancelled_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  bool at_end_ = false;
};

}  // namespace mlo::table
