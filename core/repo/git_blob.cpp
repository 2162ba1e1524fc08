// Single blobs and settings.
#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {

std::optional<std::string> Git::read_blob(const std::string& id, size_t limit) {
  git_oid oid;
  git_check(git_oid_fromstr(&oid, id.c_str()), "cannot read the id " + quoted(id));
  git_odb* raw = nullptr;
  git_check(git_repository_odb(&raw, impl_->raw()), "cannot open git's objects");
  std::unique_ptr<git_odb, decltype(&git_odb_free)> odb(raw, git_odb_free);
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  int code = git_odb_read_header(&size, &type, odb.get(), &oid);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git_check(code, "cannot read the blob " + id);
  if (type != GIT_OBJECT_BLOB || size > limit) return std::nullopt;
  git_odb_object* object = nullptr;
  git_check(git_odb_read(&object, odb.get(), &oid), "cannot read the blob " + id);
  std::string bytes(static_cast<const char*>(git_odb_object_data(object)),
                    git_odb_object_size(object));
  git_odb_object_free(object);
  return bytes;
}

std::optional<std::string> Git::setting(const std::string& name) {
  git_config* raw = nullptr;
  git_check(git_repository_config_snapshot(&raw, impl_->raw()), "cannot read git's configuration");
  std::unique_ptr<git_config, decltype(&git_config_free)> config(raw, git_config_free);
  const char* value = nullptr;
  int code = git_config_get_string(&value, config.get(), name.c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git_check(code, "cannot read the setting " + quoted(name));
  return std::string(value);
}

}  // namespace mlo::repo
