// A FileSystem that goes wrong at its k-th mutating call, counted from construction. What the tests
// of tests/fault run every operation on.
//
//   none                counts only
//   io_error, no_space  the call fails with EIO or ENOSPC; later calls work again
//   full_disk           this call and every later one that needs space fail with ENOSPC; removing
//                       works
//   short_write         the first half of the bytes is written, then ENOSPC (other calls: as
//                       no_space)
//   kill                the process ends there (_exit), a write half done: use it in a fork, as
//                       fault_driver.hpp does
//   power_loss          everything that was not synced is taken back, then the process ends
//   torn_power_loss     file data that was not synced is taken back, but names stay: what a journal
//                       that orders metadata before data leaves behind (zero-length files)
//
// The power model. A write is durable after a sync of that file; a name that was created, removed
// or renamed is durable after a sync of its directory. Both modes take back everything else at
// once, the worst case POSIX allows short of arbitrary subsets. Changes that bypass this class
// (git, SQLite) stay. Durable contents are kept in memory: for small inputs only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/files.hpp"

namespace mlo::test {

enum class Fault {
  none,
  io_error,
  no_space,
  full_disk,
  short_write,
  kill,
  power_loss,
  torn_power_loss
};
const char* fault_name(Fault fault);

class Power;

/// Exit status of a process that kill or power loss ended.
inline constexpr int kDeadStatus = 91;

class FaultyFiles : public FileSystem {
 public:
  /// `at` counts from 1; 0 never strikes.
  FaultyFiles(FileSystem& real, Fault fault, uint64_t at);
  ~FaultyFiles() override;

  /// Mutating calls so far.
  uint64_t calls() const { return calls_; }
  /// What the call that went wrong was ("rename /tmp/x"); empty if it did not come to that.
  const std::string& struck() const { return struck_; }

  Descriptor create(const At& place, Create how, mode_t mode) override;
  void write(int fd, std::span<const std::byte> bytes, const std::string& name) override;
  void truncate(int fd, off_t size, const std::string& name) override;
  void sync(int fd, const std::string& name) override;
  void rename(const At& from, const At& to) override;
  void rename_new(const At& from, const At& to) override;
  void link(const At& from, const At& to) override;
  void symlink(const std::string& target, const At& place) override;
  void unlink(const At& place) override;
  void make_directory(const At& place, mode_t mode) override;
  void remove_directory(const At& place) override;
  void change_mode(const At& place, mode_t mode) override;
  void touch(const At& place) override;
  bool clone(int from, int to, const std::string& name) override;
  void copy(int from, int to, const std::string& name) override;

  /// Takes back what was not synced, now (only with power_loss and torn_power_loss).
  void lose_power();

 private:
  enum class Needs { space, nothing };
  /// Counts the call; throws or ends the process when it is its turn. `half` does half of the call
  /// first, with the faults that leave half a call behind.
  std::unique_lock<std::mutex> strike(const char* call, const std::string& name, Needs needs,
                                      const std::function<void()>& half = {});

  FileSystem& real_;
  Fault fault_;
  uint64_t at_;
  std::mutex mutex_;
  uint64_t calls_ = 0;
  std::string struck_;
  std::unique_ptr<Power> power_;
};

}  // namespace mlo::test
