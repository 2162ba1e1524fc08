// The handles behind Model, Session and Trainer, and what a call to the plugin needs around it.
// Private to this room.
#pragma once

#include <mlo/plugin.h>

#include <memory>
#include <string>

#include "plugin/library.hpp"
#include "plugin/runtime.hpp"

namespace mlo::plugin {

struct Model::Impl {
  Impl(const Library& l, mlo_model* h) : library(l), handle(h) {}
  /// Takes over a handle that the plugin made and asks for its signature.
  static std::shared_ptr<const Impl> adopt(const Library& library, mlo_model* handle);
  Impl(const Impl&) = delete;
  ~Impl() {
    if (library.functions.model_free) library.functions.model_free(handle);
  }
  const Library& library;
  mlo_model* handle;
  Signature signature;
};

struct Session::Impl {
  Impl(const Library& l, const Signature& s) : library(l), signature(s) {}
  Impl(const Impl&) = delete;
  ~Impl() {
    if (library.functions.session_free) library.functions.session_free(handle);
  }
  const Library& library;
  Signature signature;
  mlo_session* handle = nullptr;
};

struct Trainer::Impl {
  Impl(const Library& l, const Signature& s) : library(l), signature(s) {}
  Impl(const Impl&) = delete;
  ~Impl() {
    if (library.functions.trainer_free) library.functions.trainer_free(handle);
  }
  const Library& library;
  Signature signature;
  mlo_trainer* handle = nullptr;
};

/// mlo_sink::write into a std::string.
int32_t append_to_string(void* context, const void* bytes, size_t size);

/// The two input tensors of one call, checked against the signature. Must stay where it is.
class Inputs {
 public:
  Inputs(const Signature& signature, const TensorView& numeric, const TensorView& category);
  Inputs(const Inputs&) = delete;
  const mlo_tensor* data() const { return tensors; }

 private:
  TensorView numeric_, category_;
  mlo_tensor tensors[2];
};

}  // namespace mlo::plugin
