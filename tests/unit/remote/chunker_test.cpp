#include "remote/chunker.hpp"

#include <numeric>
#include <unordered_set>

#include "base/ciphers.hpp"
#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using Catch::Matchers::Equals;

namespace {

template <typename Integer>
std::string little(Integer number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

/// The bytes of the table as the format page tells how to make them.
Digest table_digest(const GearTable& table) {
  std::string bytes;
  for (const uint64_t entry : table) bytes += little(entry);
  return sha256(bytes);
}

std::vector<std::string_view> chunks_of(std::string_view file,
                                        const GearTable& gear = public_gear()) {
  std::vector<std::string_view> chunks;
  cut_file(as_bytes(file), gear,
           [&](std::span<const std::byte> chunk) { chunks.push_back(as_text(chunk)); });
  return chunks;
}

std::vector<uint64_t> cuts_of(std::string_view file, const GearTable& gear = public_gear()) {
  std::vector<uint64_t> cuts;
  for (const auto chunk : chunks_of(file, gear)) {
    cuts.push_back((cuts.empty() ? 0 : cuts.back()) + chunk.size());
  }
  return cuts;
}

using Digests = std::unordered_set<Digest>;

Digests digests_of(const std::vector<std::string_view>& chunks) {
  Digests digests;
  for (const auto chunk : chunks) digests.insert(sha256(chunk));
  return digests;
}

/// Bytes in chunks of `file` that are not among `known`.
uint64_t new_bytes(std::string_view file, const Digests& known) {
  uint64_t bytes = 0;
  for (const auto chunk : chunks_of(file)) {
    if (!known.contains(sha256(chunk))) bytes += chunk.size();
  }
  return bytes;
}

struct Tensor {
  std::string name, bytes;
};

std::string safetensors(const std::vector<Tensor>& tensors, const std::string& metadata = "") {
  std::string header = "{\"__metadata__\":{\"note\":\"" + metadata + "\"}", data;
  for (const Tensor& tensor : tensors) {
    header += ",\"" + tensor.name + "\":{\"dtype\":\"U8\",\"shape\":[" +
              std::to_string(tensor.bytes.size()) + "],\"data_offsets\":[" +
              std::to_string(data.size()) + "," +
              std::to_string(data.size() + tensor.bytes.size()) + "]}";
    data += tensor.bytes;
  }
  header += "}";
  return little(uint64_t{header.size()}) + header + data;
}

std::vector<uint64_t> tensor_cuts_of(std::string_view file) { return tensor_cuts(as_bytes(file)); }

}  // namespace

// Made by an implementation of the format page in Python.
TEST_CASE("gear tables are those of the format page") {
  CHECK(table_digest(public_gear()).hex() ==
        "6fe9b5cf8e42b4bcb2dde6aad074f840dbfe5a4464c1afe21c695ad6ca933439");
  CHECK(table_digest(keyed_gear(fixed_key())).hex() ==
        "e3a8d5e3eac232a0412bcf6d459df17647338601775aed0c99914dadac18e64d");
}

TEST_CASE("files are cut where the format page says") {
  const std::string file = noise(2'000'000, 0);
  CHECK_THAT(cuts_of(file),
             Equals(std::vector<uint64_t>{
                 15372,   54251,   68764,   81581,   102864,  158248,  181901,  247367,  332220,
                 456910,  480983,  553180,  583382,  714454,  730941,  808047,  832234,  907323,
                 993775,  1020591, 1058101, 1110675, 1241747, 1310771, 1349900, 1480972, 1542454,
                 1584424, 1597402, 1669035, 1731283, 1775159, 1894463, 1967284, 2000000}));
  CHECK_THAT(cuts_of(file, keyed_gear(fixed_key())),
             Equals(std::vector<uint64_t>{
                 81508,   105070,  160520,  172678,  300505,  373939,  471241,  479450,
                 511605,  642677,  680469,  743578,  874650,  919373,  952266,  1083338,
                 1214410, 1223341, 1299673, 1320574, 1342588, 1362078, 1385310, 1487846,
                 1548172, 1679244, 1781388, 1880293, 1962527, 1990666, 2000000}));
}

TEST_CASE("sizes of chunks follow the size of the file") {
  constexpr uint64_t kGiB = uint64_t{1} << 30;
  for (const auto& [size, target] :
       std::vector<std::pair<uint64_t, uint64_t>>{{0, 64 << 10},
                                                  {kGiB - 1, 64 << 10},
                                                  {kGiB, 256 << 10},
                                                  {16 * kGiB - 1, 256 << 10},
                                                  {16 * kGiB, 1 << 20},
                                                  {UINT64_MAX, 1 << 20}}) {
    const ChunkSizes sizes = chunk_sizes(size);
    CHECK(sizes.target == target);
    CHECK(sizes.least == target / 8);
    CHECK(sizes.most == target * 2);
  }
}

TEST_CASE("chunks always join to the file, and stay within their sizes") {
  const std::string run(3'000'000, '\0'), random = noise(3'000'000, 9);
  std::vector<std::string> files = {"", "x", run, random.substr(0, kWholeFile),
                                    random.substr(0, kWholeFile + 1)};
  for (const size_t size : {1'100'000, 1'234'567, 3'000'000}) {
    files.push_back(random.substr(0, size));
    files.push_back(run.substr(0, size / 2) + random.substr(0, size / 2));
  }
  for (const std::string& file : files) {
    const auto chunks = chunks_of(file);
    std::string joined;
    for (const auto chunk : chunks) joined += chunk;
    CHECK(joined == file);
    REQUIRE_FALSE(chunks.empty());
    if (file.size() <= kWholeFile) {
      CHECK(chunks.size() == 1);
      continue;
    }
    const ChunkSizes sizes = chunk_sizes(file.size());
    for (size_t i = 0; i < chunks.size(); ++i) {
      CHECK(chunks[i].size() <= sizes.most);
      if (i + 1 < chunks.size()) CHECK(chunks[i].size() >= sizes.least);
    }
  }
}

TEST_CASE("an insertion changes a few chunks only") {
  const std::string file = noise(64 << 20, 42);
  const Digests known = digests_of(chunks_of(file));
  CHECK(known.size() > (64 << 20) / (100 << 10));
  for (const size_t at : {size_t{1}, file.size() / 3}) {
    std::string longer = file;
    longer.insert(at, noise(100, at + 1));
    const uint64_t added = new_bytes(longer, known);
    CHECK(added >= 100);
    CHECK(added <= 4 * (128 << 10));
  }
  std::string shorter = file;
  shorter.erase(10'000'000, 100);
  CHECK(new_bytes(shorter, known) <= 4 * (128 << 10));
}

TEST_CASE("another key cuts at other places") {
  const std::string file = noise(8 << 20, 4);
  const auto cuts = cuts_of(file), keyed = cuts_of(file, keyed_gear(fixed_key()));
  size_t common = 0;
  for (const uint64_t cut : cuts) common += std::ranges::count(keyed, cut);
  CHECK(common <= 3);  // the end of the file is one
}

TEST_CASE("tensors of a safetensors file are cut apart") {
  const std::string file = safetensors({{"a", noise(20'000, 1)}, {"b", ""}, {"c", noise(500, 2)}});
  const uint64_t data = file.size() - 20'500;
  CHECK_THAT(tensor_cuts_of(file), Equals(std::vector<uint64_t>{data, data + 20'000}));
  CHECK(tensor_cuts_of(safetensors({})).empty());
}

TEST_CASE("frozen tensors keep their chunks whatever moves around them") {
  std::vector<Tensor> tensors = {{"head", noise(300'000, 1)},
                                 {"bias", noise(16, 2)},
                                 {"layer.0", noise(2'000'000, 3)},
                                 {"norm", noise(4096, 4)},
                                 {"layer.1", noise(1'500'000, 5)}};
  const Digests known = digests_of(chunks_of(safetensors(tensors)));
  tensors[0].bytes = noise(310'001, 6);
  const std::string other = safetensors(tensors, "a longer header, as optimisers' states grow");
  // The new head, the header, and the two chunks that the small tensors stand in.
  CHECK(new_bytes(other, known) <= 310'001 + 500 + 2 * (128 << 10));
  std::swap(tensors[2], tensors[4]);
  CHECK(new_bytes(safetensors(tensors), known) <= 310'001 + 500 + 4 * (128 << 10));
}

TEST_CASE("headers that are damaged, or of other files, give no cuts") {
  const std::string good = safetensors({{"a", noise(20'000, 1)}});
  const std::string json = good.substr(8, good.size() - 20'008);
  const auto with_header = [&](const std::string& text) {
    return tensor_cuts_of(little(uint64_t{text.size()}) + text + std::string(20'000, 'x'));
  };
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = json;
    return text.replace(text.find(from), from.size(), to);
  };
  REQUIRE(with_header(json).size() == 1);
  CHECK(with_header(replaced("20000]}", "20001]}")).empty());
  CHECK(with_header(replaced("[0,", "[-1,")).empty());
  CHECK(with_header(replaced("[0,", "[1e3,")).empty());
  CHECK(with_header(replaced("[0,", "[99999999999999999999,")).empty());
  CHECK(with_header(replaced("[0,", "[\"0\",")).empty());
  CHECK(with_header(json.substr(0, json.size() - 1)).empty());
  CHECK(with_header("[" + json + "]").empty());
  CHECK(with_header("{}") == std::vector<uint64_t>{10});
  for (const uint64_t length : {uint64_t{0}, uint64_t{1}, uint64_t{good.size()}, UINT64_MAX}) {
    CHECK(tensor_cuts_of(little(length) + good.substr(8)).empty());
  }
  for (size_t size = 0; size < good.size() - 20'000; ++size) {
    CHECK(tensor_cuts_of(good.substr(0, size)).empty());
  }
  CHECK(tensor_cuts_of(noise(5000, 1)).empty());
}

TEST_CASE("the data of an NPY file is cut from its header") {
  const std::string header(118, 'h'), data(10'000, 'd');
  const std::string magic = "\x93NUMPY";
  const std::string v1 = magic + std::string("\1\0", 2) + little(uint16_t{118}) + header + data;
  CHECK_THAT(tensor_cuts_of(v1), Equals(std::vector<uint64_t>{128}));
  for (const char* version : {"\2\0", "\3\0"}) {
    const std::string file =
        magic + std::string(version, 2) + little(uint32_t{118}) + header + data;
    CHECK_THAT(tensor_cuts_of(file), Equals(std::vector<uint64_t>{130}));
  }
  CHECK(tensor_cuts_of(magic + std::string("\4\0", 2) + little(uint32_t{118}) + header).empty());
  CHECK(tensor_cuts_of(magic + std::string("\2\0", 2) + little(UINT32_MAX) + header).empty());
  CHECK(tensor_cuts_of(magic + std::string("\1\0", 2)).empty());
}

TEST_CASE("offsets of many tensors, in any order, are one ascending list") {
  std::string header = "{";
  for (int i = 999; i >= 0; --i) {
    header += (i == 999 ? "\"t" : ",\"t") + std::to_string(i) + "\":{\"data_offsets\":[" +
              std::to_string(10 * i) + "," + std::to_string(10 * i + 10) + "]}";
  }
  header += "}";
  const std::string file = little(uint64_t{header.size()}) + header + std::string(10'000, 'x');
  const auto cuts = tensor_cuts_of(file);
  CHECK(cuts.size() == 1000);
  CHECK(std::ranges::is_sorted(cuts));
  CHECK(std::ranges::adjacent_find(cuts) == cuts.end());
}
