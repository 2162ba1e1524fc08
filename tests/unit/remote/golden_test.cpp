// The golden files: a small remote as it lies on a disk, plain and encrypted under the key of the
// fixture. What is neither compressed nor encrypted is compared byte by byte, the rest must open: zstd's
// frames differ between its versions, and nonces are random. tests/cli/remote_by_hand_test.sh reads the plain
// one with the script of the format page.
#include "base/text.hpp"
#include "format_fixture.hpp"
#include "remote/manifest.hpp"

using namespace mlo;
using namespace mlo::remote;

namespace {

const std::string kText(4000, 'z'), kLeft = noise(3000, 1), kRight = noise(2000, 2);
/// What the remotes hold; the last object was cut.
const std::vector<std::string> kObjects = {"", "hello\n", kText, kText + kLeft + kRight};

std::string data_file(const std::string& name) { return MLO_TEST_DATA "/" + name; }
bool accepting() { return std::getenv("MLO_TEST_ACCEPT") != nullptr; }

void write(const std::string& name, std::string_view bytes) {
  make_directories(posix_files(), std::string(parent_path(data_file(name))));
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

/// The remote with kObjects in two packs, each with an index of its own.
void write_remote(const Codec& codec, const std::string& folder) {
  remove_tree(posix_files(), data_file(folder));
  const auto put = [&](const std::string& name, const std::string& bytes) {
    write(folder + "/" + name, bytes);
  };
  const auto put_index = [&](const IndexContent& content) {
    const std::string bytes = encode_index(content), name = index_name(codec, bytes);
    put(name, codec.seal_file(name, bytes));
    return name;
  };
  const FinishedPack first = pack_of(codec, {"", "hello\n", kText});
  PackBuilder builder(codec);
  for (const std::string& part : {kLeft, kRight}) {
    builder.add(id_of(codec, part), as_bytes(part), 0);
  }
  const FinishedPack second = builder.finish();
  put(pack_name(first.name), first.bytes);
  put(pack_name(second.name), second.bytes);
  const CutObject cut{
      sha256(kObjects[3]), kObjects[3].size(), {{first.name, 2, 1}, {second.name, 0, 2}}};
  Manifest manifest = sample_manifest();
  manifest.roots.clear();
  for (const std::string& object : kObjects) {
    manifest.roots.push_back({sha256(object), store::RootKind::blob, "an object"});
  }
  manifest.indexes = {put_index({{}, {{first.name, first.chunks}}, {}}),
                      put_index({{}, {{second.name, second.chunks}}, {cut}})};
  manifest.packs = {{first.name, {{0, 3}}}, {second.name, {{0, 2}}}};
  const std::string name = codec.manifest_name(manifest.certifies);
  put(name, codec.seal_file(name, format_manifest(manifest)));
}

/// Reads kObjects, beginning at the manifest, as a fetch does.
struct RemoteReader {
  const Codec& codec;
  std::string folder;
  IndexSet indexes;

  std::string file(const std::string& name) const {
    return read_file(data_file(folder + "/" + name));
  }
  std::string chunk(const Digest& pack, uint32_t ordinal) const {
    const std::string bytes = file(pack_name(pack));
    const auto table = read_pack_table(codec, pack, bytes);
    CHECK(table == indexes.chunks_of(pack));
    const StoredChunk& chunk = table.at(ordinal);
    return codec.open_chunk(chunk, std::string_view(bytes).substr(chunk.offset, chunk.stored));
  }
  std::string object(const Digest& digest) const {
    const auto place = indexes.find_chunk(codec.id_of(digest));
    if (place) return chunk(place->pack, place->ordinal);
    std::string bytes;
    const CutObject cut = indexes.find_object(digest).value();
    for (const Run& run : cut.runs) {
      for (uint32_t i = 0; i < run.count; ++i) bytes += chunk(run.pack, run.first + i);
    }
    return bytes;
  }
};

}  // namespace

TEST_CASE("index and manifest have the bytes of the golden files") {
  check_golden("index", encode_index(sample_index()));
  check_golden("manifest", format_manifest(sample_manifest()));
  CHECK(encode_index(parse_index(read_file(data_file("index")), "index")) ==
        read_file(data_file("index")));
}

TEST_CASE("the golden remotes are read, plain and encrypted") {
  for (const auto& codec : both_codecs()) {
    const std::string folder = codec->encrypts() ? "sealed" : "plain";
    if (accepting()) write_remote(*codec, folder);
    RemoteReader reader{*codec, folder, {}};
    const std::string name = codec->manifest_name(sample_manifest().certifies);
    const Manifest manifest = open_manifest(*codec, name, reader.file(name));
    REQUIRE(manifest.indexes.size() == 2);
    for (const std::string& index : manifest.indexes) {
      reader.indexes.add(index, open_index(*codec, index, reader.file(index)));
    }
    CHECK(reader.indexes.packs().size() == manifest.packs.size());
    REQUIRE(manifest.roots.size() == kObjects.size());
    for (size_t i = 0; i < kObjects.size(); ++i) {
      CHECK(manifest.roots[i].digest == sha256(kObjects[i]));
      CHECK(reader.object(manifest.roots[i].digest) == kObjects[i]);
    }
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
