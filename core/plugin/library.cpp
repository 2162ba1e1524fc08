#include "plugin/library.hpp"

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace mlo::plugin {

namespace {

struct Loaded {
  std::mutex mutex;
  std::vector<std::unique_ptr<const Library>> libraries;
};

Loaded& loaded() {
  static Loaded* table = new Loaded;  // never destroyed: plugins outlive static destructors
  return *table;
}

const mlo_plugin& open_object(const PluginInfo& info) {
  void* handle = dlopen(info.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* reason = dlerror();
    throw failure("cannot load plugin '" + info.name + "': " + (reason ? reason : "dlopen failed"),
                  "check that its libraries are installed: ldd " + info.path);
  }
  auto entry = reinterpret_cast<mlo_plugin_entry>(dlsym(handle, MLO_PLUGIN_ENTRY));
  const mlo_plugin* descriptor = entry ? entry() : nullptr;
  if (!descriptor)
    throw failure("'" + info.path + "' is not a plugin: it has no " MLO_PLUGIN_ENTRY);
  return *descriptor;
}

void check_descriptor(const mlo_plugin& plugin, const PluginInfo& info) {
  // The first eight fields are as old as the major version itself.
  if (plugin.struct_size < offsetof(mlo_plugin, functions) + sizeof plugin.functions)
    throw failure("plugin '" + info.name + "' has a descriptor that is too short");
  if (plugin.abi_major != MLO_ABI_MAJOR)
    throw failure("plugin '" + info.name + "' was built for plugin ABI " +
                      std::to_string(plugin.abi_major) + ", this mlo has " +
                      std::to_string(MLO_ABI_MAJOR),
                  "rebuild the plugin against this mlo's plugin.h");
  auto must_agree = [&](const char* field, const char* theirs, const std::string& ours) {
    if (!theirs || ours != theirs)
      throw failure("plugin '" + info.name + "' calls its " + field + " " +
                        quoted(std::string_view(theirs ? theirs : "")) + ", '" + info.description +
                        "' says " + quoted(ours),
                    "rebuild the plugin: both files come from one build");
  };
  must_agree("kind", plugin.kind, info.kind);
  must_agree("name", plugin.name, info.name);
  must_agree("version", plugin.version, info.version);
  must_agree("family", plugin.family, info.family);
  if (!plugin.functions) throw failure("plugin '" + info.name + "' has no functions");
}

const Library* already_loaded(const PluginInfo& info) {
  for (const auto& library : loaded().libraries) {
    if (library->info.path == info.path) return library.get();
    if (library->info.family == info.family)
      throw failure("plugin '" + info.name + "' (" + info.path + ") cannot be loaded beside '" +
                        library->info.name + "' (" + library->info.path +
                        "): both are of the family '" + info.family + "'",
                    "use one of them in one command");
  }
  return nullptr;
}

}  // namespace

mlo_runtime copy_functions(const mlo_runtime& theirs) {
  mlo_runtime ours{};
  // A slot that the plugin's struct cuts in half is not there.
  size_t size = std::min(theirs.struct_size, sizeof ours);
  size -= size % sizeof(void*);
  std::memcpy(&ours, &theirs, size);
  ours.struct_size = sizeof ours;
  return ours;
}

const Library& load_library(const PluginInfo& info) {
  if (!info.problem.empty())
    throw failure("cannot use plugin '" + info.name + "': " + info.problem);
  std::lock_guard lock(loaded().mutex);
  if (const Library* library = already_loaded(info)) return *library;
  Digest digest = sha256_of(open_read(info.path).get(), info.path);
  const mlo_plugin& descriptor = open_object(info);
  check_descriptor(descriptor, info);
  auto library = std::make_unique<Library>();
  library->info = info;
  library->digest = digest;
  if (descriptor.library_version) library->info.library_version = descriptor.library_version;
  library->functions = copy_functions(*static_cast<const mlo_runtime*>(descriptor.functions));
  loaded().libraries.push_back(std::move(library));
  return *loaded().libraries.back();
}

void throw_unsupported(const Library& library, const char* what) {
  throw failure("plugin '" + library.info.name + "' cannot " + what);
}

void throw_status(const Library& library, const char* what, mlo_status status, const char* text) {
  if (status == MLO_ERROR_UNSUPPORTED && !*text) throw_unsupported(library, what);
  static constexpr const char* kReasons[] = {"",
                                             "wrong argument",
                                             "not a format it reads",
                                             "not supported",
                                             "out of memory",
                                             "the output was refused",
                                             "internal error"};
  bool known = status > 0 && status < static_cast<mlo_status>(std::size(kReasons));
  std::string reason = *text ? printable(text) : known ? kReasons[status] : "unknown error";
  throw Error(Exit::failure,
              "plugin '" + library.info.name + "' could not " + what + ": " + reason);
}

}  // namespace mlo::plugin
