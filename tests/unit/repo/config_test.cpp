#include "repo/config.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;

namespace {

Error rejection(const std::string& text) {
  return test::error_of([&] { repo::parse_config(text, "mlo.yaml"); });
}

}  // namespace

TEST_CASE("sections and entries of mlo.yaml") {
  repo::Config config =
      repo::parse_config("trainings:\n  vocabulary:\n    epochs: 3\ndrift: {}\n", "mlo.yaml");
  CHECK(config.names("trainings") == std::vector<std::string>{"vocabulary"});
  CHECK(config.required("trainings", "vocabulary")["epochs"].as_int() == 3);
  CHECK(config.section("drift") == nullptr);
  CHECK(config.find("deployments", "x") == nullptr);
  Error error = test::error_of([&] { config.required("trainings", "vocabulray"); });
  CHECK(error.message() == "'mlo.yaml' has no training 'vocabulray'");
  CHECK(error.hint().find("vocabulary") != std::string::npos);
  CHECK(error.code() == Exit::usage);
}

TEST_CASE("unknown keys and wrong types are errors with a position") {
  Error unknown = rejection("drift: {}\ntraining: {}\n");
  CHECK(unknown.message() == "mlo.yaml:2:1: unknown key 'training'");
  CHECK(unknown.hint().find("trainings") != std::string::npos);
  CHECK(rejection("trainings: 3\n").message().starts_with("mlo.yaml:1:1: 'trainings' must be"));
  CHECK(rejection("- a\n").code() == Exit::usage);
  CHECK(repo::parse_config("", "mlo.yaml").names("trainings").empty());
}

TEST_CASE("a committed file cannot configure the machine") {
  for (const char* key : {"store", "plugin_path", "bind", "credentials"}) {
    Error error = rejection(std::string(key) + ": x\n");
    CHECK(error.message().find("mlo.yaml:1:1: ") == 0);
    CHECK(error.hint().find(".mlo/config.yaml") != std::string::npos);
  }
}

TEST_CASE("local settings") {
  repo::LocalConfig local = repo::parse_local_config(
      "store: {path: ../shared, link: [hardlink, copy]}\nplugin_path: [plugins]\nbind: 0.0.0.0\n",
      ".mlo/config.yaml", "/srv/project");
  CHECK(local.store_path == "/srv/shared");
  CHECK(local.links ==
        std::vector<store::LinkKind>{store::LinkKind::hardlink, store::LinkKind::copy});
  CHECK(local.plugin_path == std::vector<std::string>{"/srv/project/plugins"});
  CHECK(local.bind == "0.0.0.0");
  auto defaults = repo::parse_local_config("", ".mlo/config.yaml", "/w");
  CHECK(defaults.links ==
        std::vector<store::LinkKind>{store::LinkKind::reflink, store::LinkKind::copy});
  Error error = test::error_of(
      [] { repo::parse_local_config("store: {link: [hard]}\n", ".mlo/config.yaml", "/w"); });
  CHECK(error.message().find(".mlo/config.yaml:1:") != std::string::npos);
}

TEST_CASE("what this machine knows of remotes lies in .mlo/config.yaml") {
  repo::LocalConfig local = repo::parse_local_config(
      "remotes:\n  origin:\n    secret_access_key: x\n", ".mlo/config.yaml", "/w");
  CHECK(local.document["remotes"]["origin"]["secret_access_key"].as_string() == "x");
  Error error =
      test::error_of([] { repo::parse_local_config("remotes: [a]\n", ".mlo/config.yaml", "/w"); });
  CHECK(error.message() == ".mlo/config.yaml:1:10: 'remotes' must be a mapping, not a list");
}
