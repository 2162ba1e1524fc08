#include "store/loose_writer.hpp"

#include <cerrno>
#include <set>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/object_store.hpp"
#include "store/sharing.hpp"

namespace mlo::store {

TemporaryObject::TemporaryObject(Env& env, const std::string& store_path)
    : env_(&env), path_(store_path + "/tmp/" + random_hex(32) + ".loose") {
  fd_ = env.files.create(path_, Create::exclusive, 0444);
  open_to_group(env, path_);
}

std::optional<TemporaryObject> TemporaryObject::adopt(Env& env, const std::string& store_path,
                                                      const std::string& file) {
  std::string path = store_path + "/tmp/" + random_hex(32) + ".loose";
  env.files.change_mode(file, 0444);
  try {
    env.files.rename(file, path);
  } catch (const Error& error) {
    if (error.system_code() != EXDEV) throw;
    return std::nullopt;
  }
  return TemporaryObject(env, std::move(path), Descriptor());
}

TemporaryObject::TemporaryObject(TemporaryObject&& other) noexcept
    : env_(other.env_), path_(std::move(other.path_)), fd_(std::move(other.fd_)) {
  other.path_.clear();
}

TemporaryObject::~TemporaryObject() {
  if (path_.empty()) return;
  try {
    env_->files.unlink(path_);
  } catch (const Error&) {
    // Stays in tmp/ until the next gc.
  }
}

void publish_loose(Env& env, const std::string& store_path, std::span<LooseObject> objects) {
  parallel_for(objects.size(), [&](size_t i) {
    const std::string& path = objects[i].file.path();
    env.files.sync(open_read(path).get(), path);
  });
  std::set<std::string> directories;
  for (LooseObject& object : objects) {
    std::string target = store_path + "/" + loose_name(object.digest);
    std::string directory(parent_path(target));
    if (directories.insert(directory).second) make_store_directory(env, directory);
    env.files.rename(object.file.path(), target);
    object.file.release();
  }
  for (const std::string& directory : directories) sync_directory(env.files, directory);
  sync_recent_names(env.files, store_path + "/loose");
}

}  // namespace mlo::store
