#include "data/dvc_known.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr std::string_view kHeader = "mlo-dvc 1\n";

}  // namespace

DvcKnown::DvcKnown(std::string path) : path_(std::move(path)) {
  auto text = read_file_if_exists(path_);
  if (text && text->starts_with(kHeader)) parse(std::string_view(*text).substr(kHeader.size()));
}

void DvcKnown::parse(std::string_view text) {
  for (std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    std::vector<std::string_view> words = split(line, ' ');
    auto md5 = words.size() == 4 ? parse_md5(words[1]) : std::nullopt;
    auto sha = md5 ? parse_digest(words[2]) : std::nullopt;
    auto size = sha ? parse_int(words[3]) : std::nullopt;
    if (!size || *size < 0 || (words[0] != "md5" && words[0] != "d2u")) {
      contents_.clear();
      md5s_.clear();
      return;
    }
    DvcHash hash = words[0] == "md5" ? DvcHash::md5 : DvcHash::dos2unix;
    contents_[{hash, *md5}] = {*sha, static_cast<uint64_t>(*size)};
    if (hash == DvcHash::md5) md5s_[*sha] = *md5;
  }
}

std::optional<KnownContent> DvcKnown::find(DvcHash hash, const Md5Digest& md5) const {
  std::lock_guard hold(mutex_);
  auto found = contents_.find({hash, md5});
  if (found == contents_.end()) return std::nullopt;
  return found->second;
}

std::optional<Md5Digest> DvcKnown::md5_of(const Digest& sha256) const {
  std::lock_guard hold(mutex_);
  auto found = md5s_.find(sha256);
  if (found == md5s_.end()) return std::nullopt;
  return found->second;
}

void DvcKnown::set(DvcHash hash, const DvcNames& names) {
  std::lock_guard hold(mutex_);
  contents_[{hash, names.md5}] = {names.sha256, names.size};
  if (hash == DvcHash::md5) md5s_[names.sha256] = names.md5;
  changed_ = true;
}

void DvcKnown::save(FileSystem& files) {
  std::lock_guard hold(mutex_);
  if (!changed_) return;
  std::string text(kHeader);
  for (const auto& [key, content] : contents_) {
    text += key.first == DvcHash::md5 ? "md5 " : "d2u ";
    text +=
        key.second.hex() + " " + content.sha256.hex() + " " + std::to_string(content.size) + "\n";
  }
  write_file_atomically(files, path_, text);
  changed_ = false;
}

void DvcKnown::save_if_possible(FileSystem& files) {
  if (path_.empty()) return;
  try {
    make_directories(files, std::string(parent_path(path_)));
    save(files);
  } catch (const Error&) {
    // a home directory that cannot be written to, a full disk
  }
}

}  // namespace mlo::data
