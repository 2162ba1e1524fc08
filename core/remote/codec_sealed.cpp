#include <utility>

#include "base/ciphers.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "format/zstd.hpp"
#include "remote/codec.hpp"
#include "remote/codec_parts.hpp"
#include "store/bytes.hpp"

namespace mlo::remote {
namespace {

SecretKey derived(const RepositoryKey& key, std::string_view purpose) {
  return hmac_sha256(key, "mlo remote 1 " + std::string(purpose));
}

std::string chunk_label(const StoredChunk& chunk) {
  std::string label = "mlo chunk 1";
  label.append(reinterpret_cast<const char*>(chunk.id.bytes.data()), chunk.id.bytes.size());
  store::append_little(label, chunk.raw);
  store::append_little(label, chunk.flags);
  return label;
}

std::string file_label(std::string_view name) { return "mlo file 1" + std::string(name); }

/// Appends nonce, ciphertext and tag.
void seal(const SecretKey& key, std::string_view label, std::string&& plain, std::string& out) {
  plain.resize(padded_size(plain.size()));
  Nonce nonce;
  random_bytes(nonce);
  out.reserve(out.size() + plain.size() + kSealCost);
  out.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  aes_gcm_seal(key, nonce, label, plain, out);
}

/// The padded bytes.
std::string unseal(const SecretKey& key, std::string_view label, std::string_view sealed) {
  if (sealed.size() < kSealCost) throw failure("it is cut off");
  Nonce nonce;
  sealed.copy(reinterpret_cast<char*>(nonce.data()), nonce.size());
  auto plain = aes_gcm_open(key, nonce, label, sealed.substr(nonce.size()));
  if (!plain) {
    throw failure("it cannot be decrypted: damaged, from another place, or of another key");
  }
  return std::move(*plain);
}

class SealedCodec final : public Codec {
 public:
  explicit SealedCodec(const RepositoryKey& key)
      : bytes_key_(derived(key, "bytes")),
        id_key_(derived(key, "ids")),
        name_key_(derived(key, "names")),
        gear_(keyed_gear(derived(key, "gear"))) {}
  ~SealedCodec() override {
    for (SecretKey* key : {&bytes_key_, &id_key_, &name_key_}) wipe(*key);
  }
  SealedCodec(const SealedCodec&) = delete;

  bool encrypts() const override { return true; }
  Digest id_of(const Digest& content) const override {
    const auto* text = reinterpret_cast<const char*>(content.bytes.data());
    return Digest{hmac_sha256(id_key_, {text, content.bytes.size()})};
  }
  const GearTable& gear() const override { return gear_; }

  std::string seal_chunk(StoredChunk& chunk, std::span<const std::byte> raw) const override {
    std::string plain = shrunk(chunk, raw);
    if ((chunk.flags & kZstd) == 0) plain.assign(as_text(raw));
    chunk.flags |= kSealed;
    std::string stored;
    seal(bytes_key_, chunk_label(chunk), std::move(plain), stored);
    chunk.stored = static_cast<uint32_t>(stored.size());
    return stored;
  }

  std::string open_chunk(const StoredChunk& chunk, std::string_view stored) const override {
    return in_context("chunk " + chunk.id.brief(), [&] {
      check_chunk(chunk);
      if ((chunk.flags & kSealed) == 0) throw failure("it is not encrypted, the remote is");
      if (stored.size() != chunk.stored) throw failure("it is cut off");
      std::string raw = unseal(bytes_key_, chunk_label(chunk), stored);
      if ((chunk.flags & kZstd) != 0) {
        const std::string_view frame =
            std::string_view(raw).substr(0, format::zstd_frame_size(raw));
        raw = format::zstd_decompress(frame, chunk.raw);
      } else if (raw.size() >= chunk.raw) {
        raw.resize(chunk.raw);
      }
      // The tag says who wrote it, not that its memory was sound.
      if (id_of(sha256(raw)) != chunk.id) throw failure("it is damaged: its id is another one");
      return raw;
    });
  }

  std::string seal_file(std::string_view name, std::string_view plain) const override {
    std::string sealed(kSealMagic);
    seal(bytes_key_, file_label(name), file_frame(name, plain), sealed);
    return sealed;
  }

  std::string open_file(std::string_view name, std::string_view sealed) const override {
    return in_context("file " + quoted(name), [&] {
      if (!sealed.starts_with(kSealMagic)) throw failure("it is not encrypted, the remote is");
      const std::string padded =
          unseal(bytes_key_, file_label(name), sealed.substr(kSealMagic.size()));
      const auto frame = std::string_view(padded).substr(0, format::zstd_frame_size(padded));
      return format::zstd_decompress_up_to(frame, kMostFile);
    });
  }

  std::string manifest_name(std::string_view what) const override {
    return "manifests/" + to_hex(hmac_sha256(name_key_, what));
  }

 private:
  SecretKey bytes_key_, id_key_, name_key_;
  GearTable gear_;
};

}  // namespace

std::unique_ptr<Codec> sealed_codec(const RepositoryKey& key) {
  return std::make_unique<SealedCodec>(key);
}

}  // namespace mlo::remote
