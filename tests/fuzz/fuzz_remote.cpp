// What lies in a remote, which anybody may have written: packs, indexes, manifests, the wrapped key; and
// the headers of the files that are cut. What parses is what was written, offsets stay inside, and no
// bytes ask for memory without bound.
#include <algorithm>
#include <cstring>

#include "format/zstd.hpp"
#include "fuzz/fuzz.hpp"
#include "remote/chunker.hpp"
#include "remote/codec.hpp"
#include "remote/index.hpp"
#include "remote/manifest.hpp"
#include "remote/pack.hpp"
#include "remote/s3_list.hpp"
#include "remote/s3_settings.hpp"
#include "remote/sftp_protocol.hpp"
#include "remote/url.hpp"
#include "remote/xml.hpp"

namespace {

using namespace mlo;
using namespace mlo::remote;

const Codec& plain() {
  static const auto codec = plain_codec();
  return *codec;
}
const Codec& sealed() {
  static const auto codec = sealed_codec(RepositoryKey{1, 2, 3});
  return *codec;
}
const KeySource kKeyFile{.passphrase = "", .key_bytes = std::string(32, 'k')};

std::string little(uint64_t number, size_t size) {
  return {reinterpret_cast<const char*>(&number), size};
}

void open_all(const std::vector<StoredChunk>& chunks, std::string_view bytes) {
  for (const StoredChunk& chunk : chunks) {
    fuzz::require(uint64_t{chunk.offset} + chunk.stored <= bytes.size(),
                  "a chunk lies in its pack");
    try {
      const std::string raw = plain().open_chunk(chunk, bytes.substr(chunk.offset, chunk.stored));
      fuzz::require(sha256(raw) == chunk.id, "a chunk that opens is what its id says");
    } catch (const Error&) {
    }
  }
}

void try_pack(std::string_view bytes) {
  open_all(read_pack_table(plain(), sha256(bytes), bytes), bytes);
}

constexpr size_t kTableSize = 48;

/// The table of a pack with 1000 bytes of chunks, inside a frame that is whole.
void try_pack_table(std::string_view table) {
  const std::string frame = plain().seal_file("packs", table);
  const std::string bytes = std::string("MLORPCK\x01", 8) + std::string(1000, 'x') + frame +
                            little(frame.size(), 4) + "MLOT";
  const auto chunks = read_pack_table(plain(), sha256(bytes), bytes);
  fuzz::require(chunks.size() * kTableSize == table.size(), "every record is a chunk");
  open_all(chunks, bytes);
}

void try_chunk(std::string_view bytes) {
  if (bytes.size() < 8) throw failure("too short");
  StoredChunk one{.id = sha256("hello hello hello hello"), .stored = 0, .raw = 0, .flags = 0};
  std::memcpy(&one.raw, bytes.data(), 4);
  std::memcpy(&one.flags, bytes.data() + 4, 4);
  one.stored = static_cast<uint32_t>(bytes.size() - 8);
  fuzz::require(plain().open_chunk(one, bytes.substr(8)) == "hello hello hello hello",
                "a chunk that opens is what its id says");
}

void try_index(std::string_view bytes) {
  const IndexContent content = parse_index(bytes, "input");
  fuzz::require(encode_index(content) == bytes, "one index has one encoding");
  IndexSet set;
  set.add(index_name(plain(), bytes), std::string(bytes));
  for (const auto& pack : content.packs) {
    fuzz::require(set.chunks_of(pack.name) == pack.chunks, "a pack is found");
    for (const StoredChunk& chunk : pack.chunks) {
      const auto place = set.find_chunk(chunk.id);
      fuzz::require(place && place->chunk.id == chunk.id, "a chunk is found");
      fuzz::require(set.chunks_of(place->pack).at(place->ordinal) == place->chunk,
                    "a chunk is where it is found");
    }
  }
  for (const CutObject& object : content.objects) {
    const auto found = set.find_object(object.digest);
    if (!found) continue;
    uint64_t size = 0;
    for (const Run& run : found->runs) {
      const auto chunks = set.chunks_of(run.pack);
      for (uint32_t i = 0; i < run.count; ++i) size += chunks.at(run.first + i).raw;
    }
    fuzz::require(size == object.size, "an object that is found has its size");
  }
  encode_index(set.merged([](const Digest& name) { return name.bytes[0] < 128; }));
}

void try_manifest(std::string_view text) {
  const Manifest read = parse_manifest(text, "input");
  fuzz::require(format_manifest(read) == text, "one manifest has one text");
  for (const auto& use : read.packs) {
    uint64_t before = 0;
    for (const auto& [first, end] : use.chunks) {
      fuzz::require(first < end && (before == 0 || first > before), "ranges ascend");
      before = end;
    }
  }
}

void try_sealed_file(std::string_view bytes) { sealed().open_file("index/1", bytes); }
void try_wrapped_key(std::string_view text) { unwrap_key(text, kKeyFile); }

void try_zstd(std::string_view bytes) {
  const std::string content = format::zstd_decompress_up_to(bytes, 1 << 20);
  fuzz::require(content.size() <= 1 << 20, "the bound holds");
  fuzz::require(format::zstd_decompress(format::zstd_compress(content), content.size()) == content,
                "what was compressed comes back");
}

/// Followed by zeros, so that it is cut at all.
void try_tensors(std::string_view bytes) {
  std::string file(bytes);
  file.resize(kWholeFile + (128 << 10));
  const auto whole = std::as_bytes(std::span(file));
  const auto cuts = tensor_cuts(whole);
  if (cuts.empty()) throw failure("no tensors");
  fuzz::require(cuts.front() > 0 && cuts.back() < file.size() &&
                    std::ranges::adjacent_find(cuts, std::greater_equal()) == cuts.end(),
                "cuts ascend and lie inside the file");
  const ChunkSizes sizes = chunk_sizes(file.size());
  const std::byte* next = whole.data();
  cut_file(whole, public_gear(), [&](std::span<const std::byte> piece) {
    fuzz::require(piece.data() == next && !piece.empty() && piece.size() <= sizes.most,
                  "chunks follow one another");
    next += piece.size();
  });
  fuzz::require(next == whole.data() + whole.size(), "chunks join to the file");
}

std::vector<std::string> index_seeds() {
  IndexContent content;
  content.superseded = {"index/" + sha256("old").hex()};
  content.packs = {
      {sha256("a"), {{sha256("1"), 8, 100, 100, kWhole}, {sha256("2"), 108, 50, 90, 1}}},
      {sha256("b"), {{sha256("3"), 8, 128, 100, kSealed}}}};
  content.objects = {{sha256("x"), 190, {{sha256("a"), 1, 1}, {sha256("a"), 0, 1}}},
                     {sha256("y"), 500, {{sha256("b"), 0, 1}, {sha256("elsewhere"), 3, 9}}}};
  return {encode_index({}), encode_index(content)};
}

std::vector<std::string> manifest_seeds() {
  Manifest manifest;
  manifest.certifies = "commit " + std::string(40, 'c');
  manifest.roots = {{sha256("t"), store::RootKind::tree, "data.mlo"}};
  manifest.indexes = {"index/" + sha256("i").hex()};
  manifest.packs = {{sha256("p"), {{0, 100}, {120, 121}}}, {sha256("q"), {{7, 9}}}};
  Manifest least;
  least.certifies = "roots " + sha256("r").text();
  return {format_manifest(manifest), format_manifest(least)};
}

std::vector<std::string> tensor_seeds() {
  const std::string header =
      R"({"__metadata__":{"a":"b"},"t":{"dtype":"U8","shape":[9000],"data_offsets":[0,9000]},)"
      R"("u":{"dtype":"F32","shape":[],"data_offsets":[9000,9004]}})";
  return {little(header.size(), 8) + header,
          std::string("\x93NUMPY\1\0", 8) + little(9000, 2) + "{'descr': '<f4'}",
          std::string("\x93NUMPY\3\0", 8) + little(70'000, 4) + "{'descr': '<f4'}", "PK\3\4"};
}

std::string pack_seed() {
  PackBuilder builder(plain());
  for (const std::string& text : {std::string("hello"), std::string(500, 'a'), std::string()}) {
    builder.add(sha256(text), std::as_bytes(std::span(text)), kWhole);
  }
  return builder.finish().bytes;
}

std::string table_seed() {
  std::string table;
  for (const auto& [offset, size] : {std::pair{8, 400}, std::pair{408, 0}, std::pair{408, 600}}) {
    const Digest id = sha256(std::string(static_cast<size_t>(size), 'x'));
    table.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
    const auto number = static_cast<uint64_t>(size);
    table += little(static_cast<uint64_t>(offset), 4) + little(number, 4) + little(number, 4) +
             little(kWhole, 4);
  }
  return table;
}

std::vector<std::string> chunk_seeds() {
  const std::string text = "hello hello hello hello", frame = format::zstd_compress(text);
  return {little(text.size(), 4) + little(0, 4) + text,
          little(text.size(), 4) + little(kZstd, 4) + frame};
}

void try_s3_page(std::string_view bytes) {
  const S3Page page = parse_s3_page(bytes, "input");
  fuzz::require(page.objects.size() <= bytes.size(), "no more objects than bytes");
}

/// Of a configuration; Amazon's files, which are never refused, come with it.
void try_url(std::string_view text) {
  parse_ini(text);
  const Url url = parse_url(text);
  fuzz::require(url.host.find_first_of(" ;|&$`'\"\\\n") == std::string::npos,
                "a host means nothing to a shell");
  fuzz::require(!url.host.starts_with('-'), "a host is no option");
}

/// A server whose answers were written before the questions.
class ForetoldStream final : public ByteStream {
 public:
  explicit ForetoldStream(std::string_view answers) : answers_(answers) {}
  void write(std::string_view) override {}
  void read(char* into, size_t size) override {
    if (answers_.size() < size) throw ConnectionLost("end");
    std::memcpy(into, answers_.data(), size);
    answers_.remove_prefix(size);
  }

 private:
  std::string_view answers_;
};

void try_sftp(std::string_view bytes) {
  try {
    Sftp sftp(std::make_unique<ForetoldStream>(bytes));
    sftp.stat("a");
    sftp.list("a", [](const std::string& name, const SftpAttributes&) {
      fuzz::require(name.find('/') == std::string::npos && name != "..", "a name is one name");
    });
    auto read = sftp.read("a", 0, 100'000);
    fuzz::require(!read || read->size() <= 100'000, "no more than asked for");
  } catch (const ConnectionLost&) {
  } catch (const SftpRefusal&) {
  }
}

std::string big(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string sftp_packet(char type, uint32_t id, const std::string& payload) {
  return big(static_cast<uint32_t>(payload.size() + 5)) + type + big(id) + payload;
}

/// stat, list and read of a file of five bytes.
std::string sftp_seed() {
  const std::string attributes = big(5) + big(0) + big(5) + big(0100644);
  return sftp_packet(2, 3, big(20) + "fsync@openssh.com   " + big(1) + "1") +
         sftp_packet(105, 1, attributes) + sftp_packet(102, 2, big(1) + "h") +
         sftp_packet(104, 3, big(1) + big(1) + "f" + big(1) + "l" + attributes) +
         sftp_packet(101, 4, big(1) + big(3) + "eof" + big(0)) +
         sftp_packet(101, 5, big(0) + big(0) + big(0)) + sftp_packet(102, 6, big(1) + "h") +
         sftp_packet(103, 7, big(5) + "hello") + sftp_packet(101, 8, big(1) + big(0) + big(0));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> sizes = {little(UINT64_MAX, 8), little(1, 8), little(1 << 30, 4),
                                          little(UINT32_MAX, 4), std::string(8, '\0')};
  const std::string text(3000, 't');
  return mlo::fuzz::run_targets(
      {{"pack", {pack_seed()}, sizes, try_pack},
       {"pack_table", {table_seed(), ""}, sizes, try_pack_table},
       {"chunk", chunk_seeds(), sizes, try_chunk},
       {"index", index_seeds(), sizes, try_index},
       {"manifest",
        manifest_seeds(),
        {"\"chunks\":\"", "0-4294967294", ",", "-", "index/", "\"mlo\":1", "99999999999", "..",
         "sha256:", "\"kind\":\"blob\""},
        try_manifest},
       {"sealed_file", {sealed().seal_file("index/1", text)}, {}, try_sealed_file},
       {"wrapped_key",
        {wrap_key(RepositoryKey{}, kKeyFile),
         "mlo-key 1 scrypt 16 8 1 " + std::string(32, 'a') + " " + std::string(120, 'b')},
        {" ", "scrypt", "file", "18", "99999999999999999999", "-1"},
        try_wrapped_key},
       {"zstd",
        {format::zstd_compress(""), format::zstd_compress(text),
         format::zstd_compress(text, format::ZstdChecksum::added),
         format::zstd_compress(std::string(60'000, 'r'))},
        sizes,
        try_zstd},
       {"s3_page",
        {"<?xml version='1.0'?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true"
         "</IsTruncated><NextContinuationToken>t&amp;&#65;</"
         "NextContinuationToken><Contents><Key>a+%2F"
         "</Key><Size>12</Size></Contents></ListBucketResult>"},
        {"<", "</", "/>", "<![CDATA[", "]]>", "<!--", "-->", "&#x", "&amp;", "%", "<Size>",
         "</Key>"},
        try_s3_page},
       {"url",
        {"ssh://a%40b@host:22/p", "s3://bucket/p", "http://[::1]:80/x",
         "[default]\naws_access_key_id = A\n# c\n[profile x]\ns3 =\n  a = b\n"},
        {"://", "@", ":", "[", "]", "%00", "-", "?"},
        try_url},
       {"sftp", {sftp_seed()}, sizes, try_sftp},
       {"tensors",
        tensor_seeds(),
        {"\"data_offsets\"", "[0,", "9223372036854775807", "-1", "{", "}", "\x93NUMPY",
         little(UINT64_MAX, 8), little(100, 8)},
        try_tensors}},
      argc, argv);
}
