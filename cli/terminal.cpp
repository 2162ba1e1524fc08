#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "base/text.hpp"

namespace mlo::cli {
namespace {

constexpr int64_t kRedraw = 66'000'000;  // 15 times a second: smooth, and free beside the work

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    ssize_t wrote = ::write(STDERR_FILENO, text.data(), text.size());
    if (wrote <= 0) return;  // talk is not worth failing for
    text.remove_prefix(static_cast<size_t>(wrote));
  }
}

class TerminalReporter;

class Bar final : public Progress {
 public:
  Bar(TerminalReporter& owner, std::string label, uint64_t total)
      : owner_(owner), label_(std::move(label)), total_(total), start_(system_clock().ticks()) {}
  ~Bar() override;
  void update(uint64_t done, std::string_view note) override;

 private:
  std::string time_left(uint64_t done, int64_t now) const;
  std::string draw(uint64_t done, std::string_view note, int64_t now) const;

  TerminalReporter& owner_;
  std::string label_;
  uint64_t total_;
  int64_t start_;
  int64_t drawn_ = 0;
};

class TerminalReporter final : public Reporter {
 public:
  TerminalReporter(bool color, bool live) : color_(color), live_(live) {}

  void note(std::string_view line) override { say(std::string(line) + "\n"); }
  void warn(std::string_view line) override {
    say((color_ ? "\x1b[33mwarning:\x1b[0m " : "warning: ") + std::string(line) + "\n");
  }
  std::unique_ptr<Progress> progress(std::string_view label, uint64_t total) override {
    if (!live_) return silent_reporter().progress(label, total);
    return std::make_unique<Bar>(*this, std::string(label), total);
  }

  void show(const std::string& line) {
    std::lock_guard lock(mutex_);
    bar_ = line;
    write_stderr("\r\x1b[K" + bar_);
  }

 private:
  void say(const std::string& text) {
    std::lock_guard lock(mutex_);
    write_stderr(bar_.empty() ? text : "\r\x1b[K" + text + bar_);
  }

  bool color_;
  bool live_;
  std::mutex mutex_;
  std::string bar_;
};

Bar::~Bar() { owner_.show(""); }

void Bar::update(uint64_t done, std::string_view note) {
  int64_t now = system_clock().ticks();
  if (now - drawn_ < kRedraw && done != total_) return;
  drawn_ = now;
  owner_.show(draw(done, note, now));
}

std::string Bar::time_left(uint64_t done, int64_t now) const {
  if (done == 0 || done >= total_) return "";
  auto left = static_cast<double>(now - start_) * static_cast<double>(total_ - done) /
              static_cast<double>(done);
  return "  " + human_duration(static_cast<int64_t>(left)) + " left";
}

std::string Bar::draw(uint64_t done, std::string_view note, int64_t now) const {
  const size_t room = terminal_width(STDERR_FILENO) - 1;
  std::string words = note.empty() ? "" : "  " + std::string(note);
  if (total_ == 0) return (label_ + " " + std::to_string(done) + words).substr(0, room);
  const std::string percent =
      " " + std::to_string(std::min<uint64_t>(100, done * 100 / total_)) + "%";
  // The note goes first: on 80 columns a whole bar would hide the metric of a training.
  // The bar shrinks for it, and the time left goes where the bar would become too short.
  constexpr size_t kMostCells = 24, kLeastCells = 8;
  const size_t taken =
      label_.size() + std::string_view(" []").size() + percent.size() + words.size();
  size_t cells = room - std::min(room, taken);
  const std::string left = time_left(done, now);
  if (cells >= kLeastCells + left.size()) {
    words = left + words;
    cells -= left.size();
  }
  cells = std::min(cells, kMostCells);
  std::string line = label_;
  if (cells >= kLeastCells) {
    const size_t filled = std::min<size_t>(cells, done * cells / total_);
    line += " [" + std::string(filled, '=') + std::string(cells - filled, ' ') + "]";
  }
  return (line + percent + words).substr(0, room);
}

}  // namespace

std::unique_ptr<Reporter> terminal_reporter(bool color, bool live) {
  return std::make_unique<TerminalReporter>(color, live);
}

size_t terminal_width(int fd) {
  winsize size;
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}

}  // namespace mlo::cli
