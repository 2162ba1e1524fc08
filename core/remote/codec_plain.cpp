#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "format/zstd.hpp"
#include "remote/codec.hpp"
#include "remote/codec_parts.hpp"

namespace mlo::remote {
namespace {

class PlainCodec final : public Codec {
 public:
  bool encrypts() const override { return false; }
  Digest id_of(const Digest& content) const override { return content; }
  const GearTable& gear() const override { return public_gear(); }

  std::string seal_chunk(StoredChunk& chunk, std::span<const std::byte> raw) const override {
    std::string stored = shrunk(chunk, raw);
    if ((chunk.flags & kZstd) == 0) stored.assign(as_text(raw));
    chunk.stored = static_cast<uint32_t>(stored.size());
    return stored;
  }

  std::string open_chunk(const StoredChunk& chunk, std::string_view stored) const override {
    return in_context("chunk " + chunk.id.brief(), [&] {
      check_chunk(chunk);
      if ((chunk.flags & kSealed) != 0) throw failure("it is encrypted, the remote is not");
      if (stored.size() != chunk.stored) throw failure("it is cut off");
      std::string raw = (chunk.flags & kZstd) != 0 ? format::zstd_decompress(stored, chunk.raw)
                                                   : std::string(stored);
      if (sha256(raw) != chunk.id) throw failure("it is damaged: its SHA-256 is another one");
      return raw;
    });
  }

  std::string seal_file(std::string_view name, std::string_view plain) const override {
    return file_frame(name, plain);
  }

  std::string open_file(std::string_view name, std::string_view sealed) const override {
    return in_context("file " + quoted(name), [&] {
      if (sealed.starts_with(kSealMagic)) throw failure("it is encrypted, the remote is not");
      return format::zstd_decompress_up_to(sealed, kMostFile);
    });
  }

  std::string manifest_name(std::string_view what) const override {
    return "manifests/" + sha256(what).hex();
  }
};

}  // namespace

std::unique_ptr<Codec> plain_codec() { return std::make_unique<PlainCodec>(); }

}  // namespace mlo::remote
