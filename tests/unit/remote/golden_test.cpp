// The golden files: a small remote as it lies on a disk, plain and encrypted under the key of the
// fixture. What is not compressed or encrypted is compared byte by byte, the rest must open: zstd's
// frames differ between its versions, and nonces are random.
#include <algorithm>

#include "format_fixture.hpp"
#include "remote/manifest.hpp"

using namespace mlo;
using namespace mlo::remote;

namespace {

const std::vector<std::string> kContents = {"", "hello\n", std::string(4000, 'z'), noise(3000, 1)};

std::string data_file(const std::string& name) { return MLO_TEST_DATA "/" + name; }
bool accepting() { return std::getenv("MLO_TEST_ACCEPT") != nullptr; }

void write(const std::string& name, std::string_view bytes) {
  Descriptor fd = posix_files().create(data_file(name), Create::truncate, 0644);
  posix_files().write(fd.get(), as_bytes(bytes), name);
}

void check_golden(const std::string& name, const std::string& bytes) {
  if (accepting()) write(name, bytes);
  CHECK(read_file(data_file(name)) == bytes);
}

/// Numbers that no version of zstd decides.
IndexContent sample_index() {
  const Digest pack = sha256("a pack"), elsewhere = sha256("a pack described elsewhere");
  IndexContent content;
  content.superseded = {"index/" + sha256("an older index").hex()};
  content.packs = {{pack,
                    {{sha256("first"), 8, 100, 100, kWhole},
                     {sha256("second"), 108, 40, 200, kZstd},
                     {sha256("third"), 148, 348, 300, kSealed}}}};
  content.objects = {{sha256("big"), 1500, {{elsewhere, 7, 10}, {pack, 1, 2}}}};
  return content;
}

Manifest sample_manifest() {
  Manifest manifest;
  manifest.certifies = "commit " + std::string(40, 'c');
  manifest.time = 1'700'000'000'250'000'000;
  manifest.roots = {{sha256("train"), store::RootKind::blob, "data/train.csv.mlo"},
                    {sha256("images"), store::RootKind::tree, "images.mlo"}};
  manifest.indexes = {"index/" + sha256("an index").hex()};
  manifest.packs = {{sha256("a pack"), {{0, 100}, {120, 121}}}};
  return manifest;
}

}  // namespace

TEST_CASE("index and manifest have the bytes of the golden files") {
  check_golden("index", encode_index(sample_index()));
  check_golden("manifest", format_manifest(sample_manifest()));
  CHECK(encode_index(parse_index(read_file(data_file("index")), "index")) ==
        read_file(data_file("index")));
}

TEST_CASE("the golden files of a remote open, plain and encrypted") {
  for (const auto& codec : both_codecs()) {
    const std::string kind = codec->encrypts() ? "sealed" : "plain";
    const std::string index = read_file(data_file("index"));
    const std::string manifest = read_file(data_file("manifest"));
    const std::string index_file = index_name(*codec, index);
    const std::string manifest_file = codec->manifest_name(sample_manifest().certifies);
    if (accepting()) {
      write(kind + ".pack", pack_of(*codec, kContents).bytes);
      write(kind + ".index", codec->seal_file(index_file, index));
      write(kind + ".manifest", codec->seal_file(manifest_file, manifest));
    }
    FinishedPack pack{{}, read_file(data_file(kind + ".pack")), {}};
    pack.name = sha256(pack.bytes);
    pack.chunks = read_pack_table(*codec, pack.name, pack.bytes);
    REQUIRE(pack.chunks.size() == kContents.size());
    for (size_t i = 0; i < kContents.size(); ++i) {
      CHECK(codec->open_chunk(pack.chunks[i], stored_of(pack, i)) == kContents[i]);
      CHECK(pack.chunks[i].id == id_of(*codec, kContents[i]));
    }
    CHECK(open_index(*codec, index_file, read_file(data_file(kind + ".index"))) == index);
    CHECK(codec->open_file(manifest_file, read_file(data_file(kind + ".manifest"))) == manifest);
    CHECK_NOTHROW(open_manifest(*codec, manifest_file, read_file(data_file(kind + ".manifest"))));
  }
}

TEST_CASE("the golden wrapped keys open") {
  const KeySource phrase{.passphrase = "correct horse battery staple", .key_bytes = ""};
  const KeySource file{.passphrase = "", .key_bytes = std::string(32, 'k')};
  if (accepting()) {
    write("phrase.key", wrap_key(fixed_key(), phrase));
    write("file.key", wrap_key(fixed_key(), file));
  }
  CHECK(unwrap_key(read_file(data_file("phrase.key")), phrase) == fixed_key());
  CHECK(unwrap_key(read_file(data_file("file.key")), file) == fixed_key());
}
