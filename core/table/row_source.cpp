#include "table/row_source.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "base/env.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::table {
namespace {

constexpr size_t kBatch = 1024;

bool holds_nothing(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw system_error("cannot read " + quoted(name), errno);
  return S_ISREG(status.st_mode) && status.st_size == 0;
}

RowOptions with(const std::atomic<bool>* cancelled) {
  RowOptions options;
  options.cancelled = cancelled;
  return options;
}

}  // namespace

RowCursor::RowCursor(const RowSource& source, const std::atomic<bool>* cancelled)
    : fd_(source.open()),
      empty_(holds_nothing(fd_.get(), source.name)),
      reader_(fd_.get(), source.name, with(cancelled)) {}

bool RowCursor::next() {
  first_ += count_;
  count_ = 0;
  if (empty_ || !reader_.next(rows_, kBatch)) return false;
  count_ = rows_.rows();
  return true;
}

const std::vector<std::string>& RowCursor::header() const { return reader_.columns(); }

}  // namespace mlo::table
