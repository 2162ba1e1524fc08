// C++ wrappers of the runtime ABI (mlo/plugin.h): errors become mlo::Error, handles own. Loading is
// the expensive step (LibTorch: 0.4 s); a loaded plugin stays for the life of the process, and at
// most one plugin of a family is loaded in it. Threads: Runtime and Model may be shared between
// threads; a Session or a Trainer belongs to one thread at a time. Tensors that a call returns stay
// valid until the next call on the same object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "format/value.hpp"
#include "plugin/discovery.hpp"
#include "plugin/tensor.hpp"

namespace mlo::plugin {

struct Library;  // the loaded shared object; never unloaded

/// What a model takes and gives: (numeric float64 [n,numeric], category int64 [n,sizes.size()]) ->
/// float32 [n,outputs].
struct Signature {
  std::string format;  ///< "torchscript"
  int64_t numeric = 0;
  std::vector<int64_t> cardinalities;  ///< vocabulary size of each categorical input
  int64_t outputs = 0;
};

class Session {
 public:
  /// `inputs`: numeric, category. One output tensor, float32 [n,outputs].
  TensorView run(const TensorView& numeric, const TensorView& category);
  /// d outputs[:, output] / d numeric, float64 [n,numeric].
  TensorView gradients(const TensorView& numeric, const TensorView& category, int64_t output);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

 private:
  friend class Model;
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One batch of training rows. `target`: int64 class indices or float64 values, rank 1. `weight`:
/// float32, rank 1, or nothing.
struct Batch {
  TensorView numeric, category, target;
  std::optional<TensorView> weight;
};

class Model;

class Trainer {
 public:
  /// One update; returns the mean loss of the batch before it. flags: none yet.
  double step(const Batch& batch, double learning_rate, uint32_t flags = 0);
  /// As Session::run, with the present weights.
  TensorView eval(const TensorView& numeric, const TensorView& category);
  /// A copy of the present weights as a model.
  Model model();
  std::string state_save();
  void state_load(std::string_view bytes);

  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

 private:
  friend class Model;
  struct Impl;
  explicit Trainer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Immutable; copies share one handle of the plugin, which is freed with the last of them.
class Model {
 public:
  std::string save() const;
  const Signature& signature() const;
  /// `threads` >= 1: how many the session may use inside one call.
  Session session(int threads = 1) const;
  /// `options`: {"task", "optimizer": {"name", ...}, "threads", "seed"}.
  Trainer trainer(const format::Value& options) const;

 private:
  friend class Runtime;
  friend class Trainer;
  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;  // shared by copies and by the sessions of this model
};

class Runtime {
 public:
  /// Loads the plugin, or finds it loaded. Throws when the file is not a plugin, has another ABI
  /// major, contradicts its description, or when another plugin of its family is loaded already.
  static Runtime load(const PluginInfo& info);

  const PluginInfo& info() const;
  /// SHA-256 of the shared object as loaded.
  const Digest& digest() const;
  /// What the plugin says about itself: library, version, CPU settings.
  format::Value describe() const;

  /// `architecture`: arch_json of mlo/plugin.h. `module`: the user's own module, if it has one.
  Model build(const format::Value& architecture, std::optional<std::string_view> module,
              uint64_t seed) const;
  /// `name` stands in errors ("model.pt").
  Model open(std::string_view bytes, const std::string& name = "model") const;

 private:
  explicit Runtime(const Library& library) : library_(&library) {}
  const Library* library_;
};

}  // namespace mlo::plugin
