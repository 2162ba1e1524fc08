#include "data/dvc_hash.hpp"

#include <algorithm>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr size_t kReadPiece = size_t{1} << 20;
constexpr size_t kTested = 512;

bool is_text_byte(std::byte value) {
  auto c = std::to_integer<unsigned char>(value);
  return (c >= 32 && c < 127) || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\b';
}

/// Updates with the piece, without the CR of each CRLF.
void update_unix(Md5& hasher, std::span<const std::byte> piece) {
  size_t begin = 0;
  for (size_t i = 0; i + 1 < piece.size(); ++i) {
    if (piece[i] != std::byte{'\r'} || piece[i + 1] != std::byte{'\n'}) continue;
    hasher.update(piece.subspan(begin, i - begin));
    begin = i + 1;
  }
  hasher.update(piece.subspan(begin));
}

void update(Md5& hasher, std::span<const std::byte> piece, DvcHash hash) {
  bool unix_text =
      hash == DvcHash::dos2unix && dvc_is_text(piece.first(std::min(piece.size(), kTested)));
  if (unix_text) return update_unix(hasher, piece);
  hasher.update(piece);
}

/// A whole piece, however the file hands it out.
size_t read_piece(int fd, std::span<std::byte> piece) {
  size_t filled = 0;
  while (filled < piece.size()) {
    size_t got = read_some(fd, piece.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

}  // namespace

bool dvc_is_text(std::span<const std::byte> start) {
  size_t other = 0;
  for (std::byte value : start) {
    if (value == std::byte{0}) return false;
    if (!is_text_byte(value)) ++other;
  }
  return start.empty() || static_cast<double>(other) / static_cast<double>(start.size()) <= 0.30;
}

DvcNames dvc_names(std::span<const std::byte> bytes, DvcHash hash) {
  thread_local Md5 hasher;
  for (size_t at = 0; at < bytes.size(); at += kReadPiece) {
    update(hasher, bytes.subspan(at, std::min(kReadPiece, bytes.size() - at)), hash);
  }
  return {hasher.finish(), sha256(bytes), bytes.size()};
}

DvcNames dvc_names_of(int fd, const std::string& name, DvcHash hash,
                      const std::function<void(uint64_t)>& progress) {
  return in_context("reading " + quoted(name), [&] {
    std::vector<std::byte> buffer(kReadPiece);
    Md5 md5;
    Sha256 sha;
    DvcNames names;
    while (size_t got = read_piece(fd, buffer)) {
      std::span<const std::byte> piece = std::span(buffer).first(got);
      update(md5, piece, hash);
      sha.update(piece);
      names.size += got;
      if (progress) progress(got);
    }
    names.md5 = md5.finish();
    names.sha256 = sha.finish();
    return names;
  });
}

}  // namespace mlo::data
