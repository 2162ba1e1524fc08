// A shared library that is loaded when it is first needed, and then stays.
#pragma once

#include <dlfcn.h>

#include <initializer_list>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::remote {

class SharedLibrary {
 public:
  /// The first of `names` that loads. Throws failure with `hint` when none does.
  SharedLibrary(std::initializer_list<const char*> names, const std::string& hint) {
    for (const char* name : names) {
      handle_ = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
      if (handle_ != nullptr) return;
    }
    const char* reason = ::dlerror();
    throw failure(std::string("cannot load ") + quoted(*names.begin()) + ": " +
                      printable(reason != nullptr ? reason : "unknown reason"),
                  hint);
  }

  /// Sets `function` to the symbol `name`; throws failure when the library has none.
  template <typename Function>
  void find(Function& function, const char* name) const {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    if (function == nullptr) throw failure(std::string("the library has no function ") + name);
  }

 private:
  void* handle_ = nullptr;
};

}  // namespace mlo::remote
