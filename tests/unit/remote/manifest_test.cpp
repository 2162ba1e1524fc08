#include "remote/manifest.hpp"

#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

Manifest sample() {
  Manifest manifest;
  manifest.certifies = "commit " + std::string(40, 'c');
  manifest.time = 1'700'000'000'250'000'000;
  manifest.roots = {{sha256("train"), store::RootKind::blob, "data/train.csv.mlo"},
                    {sha256("images"), store::RootKind::tree, "images \"x\".mlo"}};
  manifest.indexes = {"index/" + sha256("i").hex(), "index/" + sha256("h").hex()};
  manifest.packs = {{sha256("p"), {{120, 121}, {0, 60}, {60, 100}, {10, 20}}},
                    {sha256("q"), {{7, 9}}},
                    {sha256("p"), {{200, 300}}},
                    {sha256("unused"), {}}};
  return manifest;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a manifest is read back, its ranges sorted and joined") {
  const std::string text = format_manifest(sample());
  const Manifest read = parse_manifest(text, "m");
  CHECK(format_manifest(read) == text);
  CHECK(read.certifies == sample().certifies);
  CHECK(read.time == sample().time);
  REQUIRE(read.roots.size() == 2);
  CHECK(read.roots[1].digest == sha256("images"));
  CHECK(read.roots[1].kind == store::RootKind::tree);
  CHECK(read.roots[1].referrer == "images \"x\".mlo");
  CHECK(read.indexes.size() == 2);
  REQUIRE(read.packs.size() == 2);
  const auto p = std::ranges::find(read.packs, sha256("p"), &Manifest::PackUse::pack);
  REQUIRE(p != read.packs.end());
  CHECK(p->chunks == std::vector<std::pair<uint32_t, uint32_t>>{{0, 100}, {120, 121}, {200, 300}});
  CHECK_THAT(text, Contains("\"chunks\":\"0-99,120,200-299\"") && Contains("\"chunks\":\"7-8\""));
}

TEST_CASE("a manifest certifies a commit or roots, and nothing else") {
  Manifest manifest;
  for (const std::string& subject :
       {"roots " + sha256("x").text(), "commit " + sha256("x").hex()}) {
    manifest.certifies = subject;
    CHECK(parse_manifest(format_manifest(manifest), "m").certifies == subject);
  }
  for (const std::string& subject :
       {std::string(), std::string("commit "), "commit " + std::string(40, 'X'),
        "commit " + std::string(41, 'a'), "roots " + sha256("x").hex(), std::string("tag v1")}) {
    manifest.certifies = subject;
    CHECK_THROWS_AS(format_manifest(manifest), Error);
  }
}

TEST_CASE("a malformed manifest is refused with its place") {
  const std::string good = format_manifest(sample());
  const auto refused = [](const std::string& text) {
    return message_of([&] { parse_manifest(text, "manifests/x"); });
  };
  CHECK_THAT(refused(replaced(good, "\"mlo\":1", "\"mlo\":2")), Contains("newer"));
  CHECK_THAT(refused(replaced(good, "commit c", "commit X")), Contains("neither a commit"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "0-99,100")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "0-99,99")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "120,0-99")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "0-0,120")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "99-0,120")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "00-99")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "5000000000")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "0-99,120", "-5")), Contains("ranges"));
  CHECK_THAT(refused(replaced(good, "index/", "index/../")), Contains("name of an index"));
  CHECK_THAT(refused(replaced(good, "\"kind\":\"blob\"", "\"kind\":\"file\"")), Contains("kind"));
  CHECK_THAT(refused(replaced(good, "sha256:", "sha255:")), Contains("digest"));
  CHECK_THAT(refused(replaced(good, "{\"certifies\"", "{\"more\":1,\"certifies\"")),
             Contains("more"));
  CHECK_THAT(refused(replaced(good, ".250Z", ".25Z")), Contains("canonical"));
  CHECK_THAT(refused(replaced(good, ",\"mlo\"", ", \"mlo\"")), Contains("canonical"));
  CHECK_THAT(refused(good + "\n"), Contains("canonical"));
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK_THROWS_AS(parse_manifest(good.substr(0, size), "x"), Error);
  }
}

TEST_CASE("a manifest opens under the name of what it certifies only") {
  for (const auto& codec : both_codecs()) {
    const std::string name = codec->manifest_name(sample().certifies);
    const std::string sealed = codec->seal_file(name, format_manifest(sample()));
    CHECK(open_manifest(*codec, name, sealed).packs.size() == 2);
    const std::string other = codec->manifest_name("commit " + std::string(40, 'd'));
    CHECK_THAT(message_of([&] { open_manifest(*codec, other, sealed); }), Contains(other));
    for (size_t at = 0; at < sealed.size(); at += 3) {
      CHECK_THROWS_AS(open_manifest(*codec, name, flipped(sealed, at)), Error);
      CHECK_THROWS_AS(open_manifest(*codec, name, sealed.substr(0, at)), Error);
    }
  }
}
