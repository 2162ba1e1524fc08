// What a power loss takes back. Notes, before each change, the durable state that the change
// replaces, and forgets the note when the file or directory is synced; lose() puts the noted states
// back. Each node keeps its inode open, so that numbers are not used again while the model refers
// to them.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"

namespace mlo::test {

class Power {
 public:
  enum class Names { go_back, stay };

  /// The content of a file is about to change.
  void will_write(int fd);
  void will_write(const At& place);
  /// A file was created at `place`: neither its name nor its bytes are durable.
  void created_file(const At& place, int fd);
  /// The name is about to appear, disappear or mean another file.
  void will_change(const At& place);
  void will_rename(const At& from, const At& to);
  void synced(int fd);
  void lose(Names names);

 private:
  struct Node {
    Descriptor fd;
    mode_t mode = 0;
    std::string link;                     ///< target of a symbolic link
    std::optional<std::string> contents;  ///< durable bytes where they differ from the file's
    /// Durable meaning of names of this directory where it differs; null: no such name.
    std::map<std::string, std::shared_ptr<Node>> names;
  };
  using Key = std::pair<dev_t, ino_t>;
  struct Name {
    std::shared_ptr<Node> directory;
    std::string name;
  };

  std::shared_ptr<Node> node_of(int fd);
  std::shared_ptr<Node> node_at(const At& place);
  Name name_of(const At& place);
  void put_back(const std::shared_ptr<Node>& node, const std::string& path,
                std::map<std::shared_ptr<Node>, std::string>& limbo);

  std::map<Key, std::shared_ptr<Node>> nodes_;
  /// Directories that went from one directory to another. Linux's file systems with a journal (ext4, XFS,
  /// btrfs) write both ends of such a rename in one transaction: syncing either makes both durable.
  std::vector<std::pair<Name, Name>> moves_;
};

}  // namespace mlo::test
