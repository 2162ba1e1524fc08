#include "base/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo {

void make_directories(FileSystem& files, const std::string& path, mode_t mode) {
  if (path.empty() || is_directory(path)) return;
  make_directories(files, std::string(parent_path(path)), mode);
  try {
    files.make_directory(path, mode);
  } catch (const Error& error) {
    // Another process may have made it in the meantime.
    if (error.system_code() != EEXIST || !is_directory(path)) throw;
  }
}

void sync_directory(FileSystem& files, const std::string& path) {
  Descriptor directory = open_read(path.empty() ? std::string(".") : path);
  files.sync(directory.get(), path);
}

void sync_recent_names(FileSystem& files, const std::string& directory) {
  auto status = stat_target(directory.empty() ? "." : directory);
  if (status && ::time(nullptr) - status->st_mtim.tv_sec < 60) sync_directory(files, directory);
}

void remove_tree(FileSystem& files, const std::string& path) {
  auto info = stat_of(path);
  if (!info) return;
  if (!S_ISDIR(info->st_mode)) return files.unlink(path);
  for (const std::string& name : names_in(path)) remove_tree(files, join_path(path, name));
  files.remove_directory(path);
}

AtomicFile::AtomicFile(FileSystem& files, std::string path, mode_t mode, Durability durability)
    : files_(files), path_(std::move(path)), durability_(durability) {
  // Beside the target: rename must not cross file systems. The dot keeps it out of globs.
  // A name may have 255 bytes: of a long one the beginning will do, as the random digits tell it apart.
  temporary_ = join_path(parent_path(path_), "." + std::string(file_name(path_).substr(0, 200)) +
                                                 "." + random_hex(8) + ".tmp");
  try {
    fd_ = files_.create(temporary_, Create::exclusive, mode);
  } catch (const Error& error) {  // the user named path_, nobody knows the temporary name
    if (error.system_code() == 0) throw;
    throw system_error("cannot create " + quoted(path_), error.system_code());
  }
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  try {
    files_.unlink(temporary_);
  } catch (const Error&) {
    // Left behind: harmless, and there is nobody to tell from a destructor.
  }
}

void AtomicFile::write(std::string_view text) { files_.write(fd_.get(), as_bytes(text), path_); }

void AtomicFile::commit() {
  bool durable = durability_ == Durability::durable;
  if (durable) files_.sync(fd_.get(), path_);
  fd_.close();
  files_.rename(temporary_, path_);
  temporary_.clear();
  if (durable) sync_directory(files_, std::string(parent_path(path_)));
}

void write_file_atomically(FileSystem& files, const std::string& path, std::string_view text,
                           mode_t mode) {
  AtomicFile file(files, path, mode);
  file.write(text);
  file.commit();
}

}  // namespace mlo
