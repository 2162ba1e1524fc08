// Objects in use by a running process: gc leaves them alone, whatever refers to them. A lease is a
// file leases/<32 hex digits> that its holder keeps flock'ed; it ends with the process, however
// that dies, and needs no clock. gc removes the files of dead holders.
//
// Layout (text): "mlo-lease 1\n", then "what TEXT\n", then one 64-digit hex digest and "\n" per
// object. Trees are leased with everything below them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

class Lease {
 public:
  /// `what` says who holds it ("deployment vocabulary"): one line, shown by gc.
  Lease(ObjectStore& store, std::span<const Digest> objects, const std::string& what);
  Lease(Lease&&) noexcept = default;
  /// Removes the file.
  ~Lease();

 private:
  FileSystem* files_;
  std::string path_;
  Descriptor fd_;
};

struct LeaseInfo {
  std::string file;
  std::string what;
  std::vector<Digest> objects;
  /// False when the holder is gone.
  bool held = true;
};

std::vector<LeaseInfo> list_leases(const ObjectStore& store);

}  // namespace mlo::store
