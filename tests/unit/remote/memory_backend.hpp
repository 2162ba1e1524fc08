// A remote in memory that counts requests and goes wrong on demand: at the k-th request, or in what it
// lists. The files are shared by all backends over them, as two clones share a remote.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "remote/backend.hpp"

namespace mlo::test {

struct MemoryFiles {
  std::mutex mutex;
  std::map<std::string, std::string> files;
};

enum class RemoteFault {
  none,
  fails,       ///< the request does nothing and throws; later ones work
  half,        ///< it does what it should, and then throws: the answer was lost
  dies,        ///< this request and every later one throws
  wrong_bytes  ///< a reading request flips a bit of its answer
};

class MemoryBackend final : public remote::Backend {
 public:
  explicit MemoryBackend(MemoryFiles& files) : files_(files) {}

  RemoteFault fault = RemoteFault::none;
  uint64_t at = 0;  ///< counts from 1
  /// Files that list() does not know of yet.
  std::function<bool(const std::string& name)> unlisted;
  /// Called before each request, without the lock: for what others do meanwhile.
  std::function<void(const std::string& request)> before;
  remote::BackendTraits offers;

  uint64_t requests() const { return log_.size(); }
  const std::vector<std::string>& log() const { return log_; }
  void forget_log() { log_.clear(); }

  const std::string& url() const override { return url_; }
  remote::BackendTraits traits() const override { return offers; }

  std::optional<remote::RemoteFile> stat(const std::string& name) override {
    Strike strike(*this, "stat " + name);
    std::optional<remote::RemoteFile> found;
    {
      std::lock_guard hold(files_.mutex);
      auto file = files_.files.find(name);
      if (file != files_.files.end()) found = remote::RemoteFile{name, file->second.size()};
    }
    strike.end();
    return found;
  }
  std::optional<std::string> read(const std::string& name, uint64_t limit) override {
    Strike strike(*this, "read " + name);
    std::optional<std::string> bytes;
    {
      std::lock_guard hold(files_.mutex);
      auto file = files_.files.find(name);
      if (file != files_.files.end()) bytes = file->second;
    }
    if (bytes && bytes->size() > limit) throw failure("'" + name + "' is too large");
    if (bytes) strike.spoil(*bytes);
    strike.end();
    return bytes;
  }
  std::string read_range(const std::string& name, uint64_t offset, uint64_t size) override {
    Strike strike(*this, "range " + name);
    std::string bytes;
    {
      std::lock_guard hold(files_.mutex);
      auto file = files_.files.find(name);
      if (file == files_.files.end()) throw failure("no file '" + name + "'");
      if (offset > file->second.size() || size > file->second.size() - offset) {
        throw failure("'" + name + "' ends before");
      }
      bytes = file->second.substr(offset, size);
    }
    strike.spoil(bytes);
    strike.end();
    return bytes;
  }
  bool put(const std::string& name, std::string_view bytes, remote::Put how) override {
    Strike strike(*this, "put " + name);
    bool first = true;
    {
      std::lock_guard hold(files_.mutex);
      first = how == remote::Put::replace || !files_.files.contains(name);
      if (first) files_.files[name] = std::string(bytes);
    }
    strike.end();
    return first;
  }
  void list(const std::string& prefix,
            const std::function<void(const remote::RemoteFile&)>& visit) override {
    Strike strike(*this, "list " + prefix);
    std::vector<remote::RemoteFile> found;
    {
      std::lock_guard hold(files_.mutex);
      for (const auto& [name, bytes] : files_.files) {
        if (name.starts_with(prefix) && !(unlisted && unlisted(name))) {
          found.push_back({name, bytes.size()});
        }
      }
    }
    for (const auto& file : found) visit(file);
    strike.end();
  }
  bool remove(const std::string& name) override {
    Strike strike(*this, "remove " + name);
    bool there = false;
    {
      std::lock_guard hold(files_.mutex);
      there = files_.files.erase(name) > 0;
    }
    strike.end();
    return there;
  }

 private:
  struct Strike {
    Strike(MemoryBackend& b, std::string request) : backend(b) {
      if (backend.before) backend.before(request);
      std::lock_guard hold(backend.mutex_);
      backend.log_.push_back(std::move(request));
      const uint64_t number = backend.log_.size();
      mine = backend.at != 0 && number == backend.at;
      const bool dead =
          backend.fault == RemoteFault::dies && backend.at != 0 && number >= backend.at;
      if (dead || (mine && backend.fault == RemoteFault::fails)) throw failure("injected failure");
    }
    void spoil(std::string& bytes) const {
      if (mine && backend.fault == RemoteFault::wrong_bytes && !bytes.empty()) {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
      }
    }
    void end() const {
      if (mine && backend.fault == RemoteFault::half) throw failure("injected failure");
    }
    MemoryBackend& backend;
    bool mine = false;
  };

  MemoryFiles& files_;
  const std::string url_ = "memory";
  std::mutex mutex_;
  std::vector<std::string> log_;
};

}  // namespace mlo::test
