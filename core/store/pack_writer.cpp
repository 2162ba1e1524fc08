#include "base/error.hpp"
#include "base/text.hpp"
#include "store/object_store.hpp"
#include "store/pack.hpp"
#include "store/sharing.hpp"

namespace mlo::store {
namespace {

// Few writes: 240 calls for 20,000 files of 3 KiB (base/posix_files.cpp says why not fewer).
constexpr size_t kBufferSize = 4 << 20;

}  // namespace

PackWriter::PackWriter(Env& env, const std::string& store_path)
    : env_(env), store_path_(store_path) {
  std::string base = store_path_ + "/tmp/" + random_hex(32);
  fd_ = env_.files.create(base + ".pack", Create::exclusive, 0444);
  temporary_pack_ = base + ".pack";
  open_to_group(env_, temporary_pack_);
  temporary_index_ = base + ".idx";
  buffer_ = pack_magic();
  offset_ = buffer_.size();
}

PackWriter::~PackWriter() {
  for (const std::string& file : {temporary_pack_, temporary_index_}) {
    try {
      if (!file.empty() && exists(file)) env_.files.unlink(file);
    } catch (const Error&) {
      // Stays in tmp/ until the next gc.
    }
  }
}

void PackWriter::add(const Digest& digest, std::string_view bytes) {
  append_record_header(buffer_, digest, static_cast<uint32_t>(bytes.size()));
  entries_.push_back({digest, offset_ + kRecordHeader, static_cast<uint32_t>(bytes.size())});
  buffer_.append(bytes);
  offset_ += kRecordHeader + bytes.size();
  if (buffer_.size() >= kBufferSize) flush();
}

void PackWriter::flush() {
  env_.files.write(fd_.get(), as_bytes(buffer_), temporary_pack_);
  buffer_.clear();
}

void PackWriter::finish() {
  flush();
  env_.files.sync(fd_.get(), temporary_pack_);
  fd_.close();
  std::string index = encode_index(entries_, offset_);
  name_ = to_hex(std::span(reinterpret_cast<const uint8_t*>(index.data()) + index.size() - 32, 32));
  Descriptor fd = env_.files.create(temporary_index_, Create::exclusive, 0444);
  open_to_group(env_, temporary_index_);
  env_.files.write(fd.get(), as_bytes(index), temporary_index_);
  env_.files.sync(fd.get(), temporary_index_);
}

void PackWriter::publish() {
  std::string directory = store_path_ + "/packs";
  std::string base = directory + "/" + name_;
  env_.files.rename(temporary_pack_, base + ".pack");
  temporary_pack_.clear();
  // The index must never survive a power loss that the pack does not.
  sync_directory(env_.files, directory);
  env_.files.rename(temporary_index_, base + ".idx");
  temporary_index_.clear();
  sync_directory(env_.files, directory);
}

}  // namespace mlo::store
