#include "support/faulty_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/power.hpp"

namespace mlo::test {

const char* fault_name(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::io_error:
      return "EIO";
    case Fault::no_space:
      return "ENOSPC";
    case Fault::full_disk:
      return "full disk";
    case Fault::short_write:
      return "short write";
    case Fault::kill:
      return "kill";
    case Fault::power_loss:
      return "power loss";
    case Fault::torn_power_loss:
      return "torn power loss";
  }
  return "?";
}

FaultyFiles::FaultyFiles(FileSystem& real, Fault fault, uint64_t at)
    : real_(real), fault_(fault), at_(at) {
  if (fault == Fault::power_loss || fault == Fault::torn_power_loss) {
    power_ = std::make_unique<Power>();
  }
}

FaultyFiles::~FaultyFiles() = default;

void FaultyFiles::lose_power() {
  if (power_)
    power_->lose(fault_ == Fault::torn_power_loss ? Power::Names::stay : Power::Names::go_back);
}

// One call at a time: what a dying process does in its other threads must not mix with taking back.
std::unique_lock<std::mutex> FaultyFiles::strike(const char* call, const std::string& name,
                                                 Needs needs, const std::function<void()>& half) {
  std::unique_lock hold(mutex_);
  ++calls_;
  bool due = at_ != 0 && (calls_ == at_ || (fault_ == Fault::full_disk && calls_ > at_));
  if (!due || fault_ == Fault::none) return hold;
  if (fault_ == Fault::full_disk && needs == Needs::nothing) return hold;
  struck_ = std::string(call) + " " + name;
  bool torn = fault_ == Fault::short_write || fault_ == Fault::full_disk || fault_ == Fault::kill;
  if (torn && half) half();
  switch (fault_) {
    case Fault::io_error:
      throw system_error("cannot " + std::string(call) + " " + quoted(name), EIO);
    case Fault::kill:
    case Fault::power_loss:
    case Fault::torn_power_loss:
      lose_power();
      ::_exit(kDeadStatus);
    default:
      throw system_error("cannot " + std::string(call) + " " + quoted(name), ENOSPC);
  }
}

Descriptor FaultyFiles::create(const At& place, Create how, mode_t mode) {
  auto hold = strike("create", place.path, Needs::space);
  if (!power_) return real_.create(place, how, mode);
  bool existed = exists(place);
  if (existed && how == Create::truncate) power_->will_write(place);
  Descriptor fd = real_.create(place, how, mode);
  if (!existed) power_->created_file(place, fd.get());
  return fd;
}

void FaultyFiles::write(int fd, std::span<const std::byte> bytes, const std::string& name) {
  auto hold = strike("write", name, Needs::space,
                     [&] { real_.write(fd, bytes.first(bytes.size() / 2), name); });
  if (power_) power_->will_write(fd);
  real_.write(fd, bytes, name);
}

void FaultyFiles::truncate(int fd, off_t size, const std::string& name) {
  auto hold = strike("truncate", name, Needs::space);
  if (power_) power_->will_write(fd);
  real_.truncate(fd, size, name);
}

void FaultyFiles::sync(int fd, const std::string& name) {
  auto hold = strike("sync", name, Needs::space);
  // Not handed on: the tests lose power in the model only, and real syncs take 90 % of their time.
  if (power_) power_->synced(fd);
}

void FaultyFiles::rename(const At& from, const At& to) {
  auto hold = strike("rename to", to.path, Needs::space);
  if (power_) power_->will_rename(from, to);
  real_.rename(from, to);
}

void FaultyFiles::rename_new(const At& from, const At& to) {
  auto hold = strike("rename to", to.path, Needs::space);
  if (power_ && !exists(to)) power_->will_rename(from, to);
  real_.rename_new(from, to);
}

void FaultyFiles::link(const At& from, const At& to) {
  auto hold = strike("link", to.path, Needs::space);
  if (power_ && !exists(to)) power_->will_change(to);
  real_.link(from, to);
}

void FaultyFiles::symlink(const std::string& target, const At& place) {
  auto hold = strike("link", place.path, Needs::space);
  if (power_ && !exists(place)) power_->will_change(place);
  real_.symlink(target, place);
}

void FaultyFiles::unlink(const At& place) {
  auto hold = strike("remove", place.path, Needs::nothing);
  if (power_ && exists(place)) power_->will_change(place);
  real_.unlink(place);
}

void FaultyFiles::make_directory(const At& place, mode_t mode) {
  auto hold = strike("create directory", place.path, Needs::space);
  if (power_ && !exists(place)) power_->will_change(place);
  real_.make_directory(place, mode);
}

void FaultyFiles::remove_directory(const At& place) {
  auto hold = strike("remove", place.path, Needs::nothing);
  if (power_ && exists(place)) power_->will_change(place);
  real_.remove_directory(place);
}

void FaultyFiles::change_mode(const At& place, mode_t mode) {
  auto hold = strike("change the mode of", place.path, Needs::nothing);
  real_.change_mode(place, mode);
}

void FaultyFiles::touch(const At& place) {
  auto hold = strike("touch", place.path, Needs::nothing);
  real_.touch(place);
}

bool FaultyFiles::clone(int from, int to, const std::string& name) {
  auto hold = strike("clone to", name, Needs::space);
  if (power_) power_->will_write(to);
  return real_.clone(from, to, name);
}

void FaultyFiles::copy(int from, int to, const std::string& name) {
  auto hold = strike("copy to", name, Needs::space);
  if (power_) power_->will_write(to);
  real_.copy(from, to, name);
}

}  // namespace mlo::test
