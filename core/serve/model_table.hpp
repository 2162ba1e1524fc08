// Which version answers for which name: an immutable map behind one atomic pointer. A request takes
// the pointer once and keeps what it found to its end (read-copy-update), so a swap fails no
// request and waits for none; the version before is freed with its last request.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "serve/metrics.hpp"
#include "serve/servable.hpp"

namespace mlo::serve {

struct Route {
  // shared_ptr: the table and every running request share the version; the last one frees it.
  std::shared_ptr<const Servable> servable;
  VersionMetrics* metrics = nullptr;
};

class ModelTable {
 public:
  using Map = std::map<std::string, Route, std::less<>>;

  explicit ModelTable(Metrics& metrics) : metrics_(metrics), map_(std::make_shared<Map>()) {}

  /// Serves this version under its name from now on, and nothing else.
  void set(std::shared_ptr<const Servable> servable);
  /// No route where the name is not served.
  Route find(std::string_view name) const;
  std::vector<std::shared_ptr<const Servable>> list() const;

 private:
  // shared_ptr: the table and the requests that read it own a map together.
  std::shared_ptr<const Map> current() const;

  Metrics& metrics_;
  // Held for the copy of a pointer. Not std::atomic<std::shared_ptr>: in libstdc++ 12 its load unlocks
  // with relaxed order, a data race that ThreadSanitizer sees.
  mutable std::mutex mutex_;
  std::shared_ptr<const Map> map_;
};

}  // namespace mlo::serve
