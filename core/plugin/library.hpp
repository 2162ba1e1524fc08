// A loaded plugin: its descriptor and its functions, as far as its struct reaches. Process-wide
// state by nature (dlopen is): a mutex guards the table of what is loaded; entries are never
// removed.
#pragma once

#include <mlo/plugin.h>

#include <string>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "plugin/discovery.hpp"

namespace mlo::plugin {

struct Library {
  PluginInfo info;
  Digest digest;
  mlo_runtime functions{};  ///< slots beyond the plugin's struct_size are null
};

/// Loads the shared object of `info` or finds it loaded.
const Library& load_library(const PluginInfo& info);

/// The functions of a plugin as this host sees them: what lies inside its struct_size, else null.
mlo_runtime copy_functions(const mlo_runtime& theirs);

[[noreturn]] void throw_unsupported(const Library& library, const char* what);
[[noreturn]] void throw_status(const Library& library, const char* what, mlo_status status,
                               const char* text);

/// Calls a slot: adds the error buffer as last argument, turns a status into an Error, and refuses
/// null slots with "plugin 'toy' cannot <what>".
template <typename Slot, typename... Arguments>
void call(const Library& library, const char* what, Slot slot, Arguments... arguments) {
  if (!slot) throw_unsupported(library, what);
  char text[1024] = "";
  mlo_error error{text, sizeof text};
  mlo_status status = slot(arguments..., &error);
  text[sizeof text - 1] = '\0';
  if (status != MLO_OK) throw_status(library, what, status, text);
}

}  // namespace mlo::plugin
