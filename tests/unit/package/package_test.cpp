#include <catch2/catch.hpp>

#include "package/build.hpp"
#include "package/open_package.hpp"
#include "package/verify.hpp"
#include "package_fixture.hpp"
#include "store/tree.hpp"

using namespace mlo;
using namespace mlo::package;
using test::error_of;
using test::message_of;

namespace {

/// A package like `digest` but for one file.
Digest with_file(repo::Workspace& workspace, const Digest& digest, const std::string& name,
                 const std::string& content) {
  store::Batch batch(workspace.store());
  auto entries = store::read_tree(workspace.store(), digest);
  for (auto& entry : entries) {
    if (entry.name != name) continue;
    entry.digest = batch.add(content);
    entry.size = content.size();
  }
  const Digest changed = store::write_tree(batch, std::move(entries)).digest;
  batch.commit();
  return changed;
}

}  // namespace

TEST_CASE("the golden manifest") {
  const std::string text = read_file(std::string(MLO_TEST_DATA) + "/manifest.json");
  const Manifest manifest = parse_manifest(text, "manifest.json");
  CHECK(manifest.task == "classification");
  CHECK(manifest.classes == std::vector<std::string>{"no", "yes"});
  CHECK(manifest.inputs.at(1).type == "categorical");
  CHECK(manifest.runtime == "torch");
  CHECK(manifest.files.size() == 2);
  CHECK(to_bytes(manifest) == text);
  CHECK(message_of([&] { parse_manifest("{}", "manifest.json"); }).find("manifest.json: ") == 0);
  CHECK_THROWS_AS(parse_manifest(text.substr(0, text.size() - 5), "m"), Error);
}

TEST_CASE("a run becomes a package, always the same one") {
  test::PackageFixture f;
  const std::string run = test::toy_run(f.test.env, f.ws());
  const auto first = build(f.test.env, f.ws(), {.run = run.substr(0, 8)});
  CHECK_FALSE(first.registered);
  f.test.clock.advance(test::kDay);
  const auto second = build(f.test.env, f.ws(), {.run = "run:latest", .name = "vocabulary"});
  CHECK(second.digest == first.digest);
  CHECK(second.registered->version.version == 1);
  CHECK(second.registered->version.run == run);
  CHECK(second.registered->version.metrics ==
        std::vector<std::pair<std::string, double>>{{"val/auc", 0.875}});
  // Another run of the same training: the same package, for it names no run.
  const std::string twin = test::toy_run(f.test.env, f.ws());
  CHECK(build(f.test.env, f.ws(), {.run = twin}).digest == first.digest);
  const std::string other = test::toy_run(f.test.env, f.ws(), 3);
  CHECK(build(f.test.env, f.ws(), {.run = other}).digest != first.digest);

  std::vector<std::string> names;
  for (const auto& entry : store::read_tree(f.ws().store(), first.digest)) {
    names.push_back(entry.name);
  }
  CHECK(names == std::vector<std::string>{"README.md", "encoder.json", "manifest.json", "model.pt",
                                          "profile.json", "samples.json", "training.json"});
  CHECK(first.manifest.inputs.size() == 2);
  CHECK(first.manifest.data.at(0).name == "data/train.csv");
}

TEST_CASE("a run that is no finished training cannot be packaged") {
  test::PackageFixture f;
  auto writer = track::RunWriter::start(f.test.env, f.ws(), {});
  CHECK(message_of([&] { build(f.test.env, f.ws(), {.run = "latest"}); }).find("still running") !=
        std::string::npos);
  writer.finish(track::Status::failed);
  const auto error = error_of([&] { build(f.test.env, f.ws(), {.run = "latest", .name = "m"}); });
  CHECK(error.code() == Exit::failure);
  CHECK(error.message().find("did not finish: failed") != std::string::npos);
  auto empty = track::RunWriter::start(f.test.env, f.ws(), {});
  empty.finish(track::Status::finished);
  CHECK(message_of([&] {
          build(f.test.env, f.ws(), {.run = empty.id(), .name = "m"});
        }).find("has no 'encoder.json'") != std::string::npos);
  CHECK(f.registry().names().empty());
  CHECK(error_of([&] { build(f.test.env, f.ws(), {.run = "abcd"}); }).code() == Exit::usage);
}

TEST_CASE("a package opens by every name and predicts as the model did") {
  test::PackageFixture f;
  const std::string run = test::toy_run(f.test.env, f.ws());
  const Digest digest = build(f.test.env, f.ws(), {.run = run, .name = "vocabulary"}).digest;
  f.registry().alias({.name = "vocabulary", .alias = "production", .version = 1});
  for (const std::string& name :
       {std::string("vocabulary"), std::string("vocabulary:1"),
        std::string("vocabulary@production"), std::string("model:vocabulary"),
        "run:" + run.substr(0, 6), digest.text(), digest.text().substr(0, 19)}) {
    CAPTURE(name);
    CHECK(resolve(f.test.env, f.ws(), name).digest == digest);
  }
  CHECK_THROWS_AS(resolve(f.test.env, f.ws(), "./vocabulary"), Error);
  CHECK_THROWS_AS(resolve(f.test.env, f.ws(), "sha256:0123456789"), Error);

  const auto package = open_package(f.test.env, f.ws(), "vocabulary", test::toy_plugins());
  CHECK(package.resolved().version == 1);
  CHECK(package.file("profile.json") == test::kToyProfile);
  CHECK_THROWS_AS(package.file("none"), Error);
  const auto predictor = package.predictor();
  infer::Predictions got, expected;
  predictor.session().predict(test::toy_rows(), got);
  test::toy_predictor().session().predict(test::toy_rows(), expected);
  CHECK(got.probabilities == expected.probabilities);
  CHECK(got.labels == expected.labels);
}

TEST_CASE("what is no package is refused") {
  test::PackageFixture f;
  store::Batch batch(f.ws().store());
  const Digest blob = batch.add("just a file");
  const Digest tree =
      store::write_tree(batch, {{store::kFileMode, blob, 11, 1, "data.csv"}}).digest;
  batch.commit();
  CHECK(message_of([&] {
          open_package(f.test.env, f.ws(), tree.text(), {});
        }).find("it is not a package") != std::string::npos);
  CHECK_THROWS_AS(open_package(f.test.env, f.ws(), blob.text(), {}), Error);
}

TEST_CASE("verify: a good package, and every way to be bad") {
  test::PackageFixture f;
  const std::string run = test::toy_run(f.test.env, f.ws());
  const Digest digest = build(f.test.env, f.ws(), {.run = run, .name = "vocabulary"}).digest;
  const auto check = [&](const std::string& reference) {
    return verify(f.test.env, f.ws(), reference, test::toy_plugins());
  };
  const auto good = check("vocabulary");
  CHECK(good.verified());
  CHECK(good.rows == 16);
  CHECK(good.files.size() == 7);
  CHECK(to_json(good)["verified"].as_bool());

  SECTION("another model") {
    const auto bad = check(with_file(f.ws(), digest, "model.pt", test::toy_model_bytes(7)).text());
    REQUIRE_FALSE(bad.verified());
    CHECK(bad.problems[0] == "'model.pt' is not the one that the manifest lists");
    CHECK(bad.rows == 0);  // not even run
  }
  SECTION("samples of another model") {
    // A package that is consistent in itself, but whose model gives other outputs.
    auto entries = store::read_tree(f.ws().store(), digest);
    Manifest manifest = parse_manifest(
        f.ws().store().read(store::find_in_tree(f.ws().store(), digest, "manifest.json")->digest),
        "m");
    const std::string samples = infer::make_samples(test::toy_predictor(1), test::toy_rows());
    for (auto& file : manifest.files) {
      if (file.path == "samples.json") file = {file.path, sha256(samples), samples.size()};
    }
    Digest changed = with_file(f.ws(), digest, "samples.json", samples);
    changed = with_file(f.ws(), changed, "manifest.json", to_bytes(manifest));
    const auto bad = check(changed.text());
    REQUIRE(bad.problems.size() == 1);
    CHECK(bad.different == 16);
    CHECK(bad.problems[0].find("16 of 16 sample rows give other outputs; row 1: ") == 0);
  }
  SECTION("a damaged object") {
    const std::string packs = f.ws().store_path() + "/packs";
    const int code = f.shell(
        "set -e; for p in .mlo/store/packs/*.pack; do chmod u+w $p; "
        "sed -i 's/mlo-toy 1/mlo-tox 1/' $p; done");
    REQUIRE(code == 0);
    f.ws().store().reload();
    const auto bad = check("vocabulary");
    REQUIRE_FALSE(bad.verified());
    CHECK(bad.files.at(3).state == VerifiedFile::State::damaged);
  }
  SECTION("a damaged manifest or tree is a problem of the package") {
    const bool tree = GENERATE(false, true);
    const std::string edit =
        tree ? "s/mlo-tree 1/mlo-tree 7/" : "s/\"mlo_package\":1/\"mlo_package\":7/";
    REQUIRE(f.shell("set -e; for p in .mlo/store/packs/*.pack; do chmod u+w $p; LC_ALL=C sed -i '" +
                    edit + "' $p; done") == 0);
    f.ws().store().reload();
    const auto bad = check("vocabulary");
    REQUIRE(bad.problems.size() == 1);
    CHECK(bad.problems[0].find(tree ? "the package's tree: object " : "'manifest.json': object ") ==
          0);
    CHECK(bad.files.size() == (tree ? 0 : 7));
    CHECK(bad.package.name == "vocabulary");
  }
  SECTION("a manifest that is none") {
    const auto bad = check(with_file(f.ws(), digest, "manifest.json", "{}").text());
    REQUIRE(bad.problems.size() == 1);
    CHECK(bad.problems[0].find("manifest.json") != std::string::npos);
  }
  SECTION("no runtime of that name") {
    const auto error =
        error_of([&] { verify(f.test.env, f.ws(), "vocabulary", std::vector<std::string>{}); });
    CHECK(error.code() == Exit::failure);
  }
}
