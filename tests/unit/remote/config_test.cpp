#include "remote/config.hpp"

#include <catch2/catch.hpp>

#include "format/yaml.hpp"
#include "support/error_of.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using remote::RemoteConfig;
using remote::Scheme;

namespace {

RemoteConfig parsed(const std::string& entry, const std::string& local = "",
                    const std::string& name = "origin") {
  format::Value document = format::parse_yaml(entry, "mlo.yaml");
  format::Value own = format::parse_yaml(local, ".mlo/config.yaml");
  return remote::parse_remote(name, document, "mlo.yaml", local.empty() ? nullptr : &own,
                              ".mlo/config.yaml", "/work/project");
}

Error rejection(const std::string& entry, const std::string& local = "") {
  return test::error_of([&] { parsed(entry, local); });
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each kind of URL finds its backend") {
  CHECK(parsed("url: /mnt/nas/models\n").directory == "/mnt/nas/models");
  CHECK(parsed("url: ../shared/\n").directory == "/work/shared");
  CHECK(parsed("url: ./a:b\n").directory == "/work/project/a:b");
  CHECK(parsed("url: file:///mnt/a%20b\n").directory == "/mnt/a b");
  CHECK(parsed("url: s3://bucket/some/prefix\n").scheme == Scheme::s3);
  CHECK(parsed("url: ssh://ann@host:22/srv/mlo\n").scheme == Scheme::sftp);
  CHECK(parsed("url: sftp://host/srv/mlo\n").scheme == Scheme::sftp);
  CHECK(parsed("url: https://host/data\n").scheme == Scheme::http);
}

TEST_CASE("options of both files, those of this machine winning") {
  RemoteConfig config = parsed(
      "url: s3://bucket\nendpoint: https://minio.lan:9000\nregion: eu-central-1\njobs: 8\n"
      "default: true\nchunking: off\nencrypt: true\n",
      "access_key_id: AK\nsecret_access_key: SK\nca_file: certs/ca.pem\nkey_file: ~/key\n"
      "endpoint: http://127.0.0.1:5000\njobs: 2\n");
  CHECK(config.name == "origin");
  CHECK(config.is_default);
  CHECK(config.chunking == remote::Chunking::off);
  CHECK(config.encrypt);
  CHECK(config.jobs == 2);
  CHECK(config.endpoint == "http://127.0.0.1:5000");
  CHECK(config.region == "eu-central-1");
  CHECK(config.secret_access_key == "SK");
  CHECK(config.ca_file == "/work/project/certs/ca.pem");
  CHECK(config.key_file == "~/key");
  CHECK(parsed("{}\n", "url: /only/here\n").directory == "/only/here");
}

TEST_CASE("mlo.yaml carries no secrets, and no message repeats one") {
  for (const char* key : {"access_key_id", "secret_access_key", "session_token", "key_file",
                          "passphrase_file", "identity_file", "known_hosts_file", "ca_file"}) {
    Error error = rejection("url: s3://bucket\n" + std::string(key) + ": hunter2\n");
    CHECK(error.code() == Exit::usage);
    CHECK(error.message().starts_with("mlo.yaml:2:"));
    CHECK(contains(error.message(), "git carries"));
    CHECK(contains(error.hint(), ".mlo/config.yaml"));
    CHECK_FALSE(contains(error.message() + error.hint(), "hunter2"));
  }
  for (const char* url : {"https://me:hunter2@host/x", "ssh://me:hunter2@host/x",
                          "s3://AK:hunter2@bucket/x", "https://host/x?token=hunter2",
                          "https://me:hunter2@ho st/x", "gopher://me:hunter2@host/"}) {
    INFO(url);
    for (Error error : {rejection("url: '" + std::string(url) + "'\n"),
                        rejection("url: /x\n", "url: '" + std::string(url) + "'\n")}) {
      CHECK(error.code() == Exit::usage);
      CHECK(contains(error.message(), ":1:"));
      CHECK_FALSE(contains(error.message() + error.hint(), "hunter2"));
    }
  }
  Error typed = rejection("url: s3://bucket\n", "access_key_id: AK\nsecret_access_key: 77123\n");
  CHECK_FALSE(contains(typed.message() + typed.hint(), "77123"));
}

TEST_CASE("errors say where and what instead") {
  CHECK(contains(rejection("url: s3://bucket\nendpont: x\n").hint(), "endpoint"));
  CHECK(rejection("url: s3://bucket\nendpont: x\n").message().starts_with("mlo.yaml:2:1: "));
  CHECK(contains(rejection("jobs: 3\n").message(), "needs the key 'url'"));
  CHECK(contains(rejection("url: ''\n").message(), "'url' is empty"));
  CHECK(contains(rejection("url: ann@host:data\n").hint(), "ssh://"));
  CHECK(contains(rejection("url: ftp://host/x\n").hint(), "s3://"));
  CHECK(contains(rejection("url: ~/data\n").message(), "'~'"));
  CHECK(contains(rejection("url: s3://host:9000/bucket\n").hint(), "endpoint"));
  CHECK(contains(rejection("url: file://host/x\n").hint(), "three slashes"));
  CHECK(contains(rejection("url: /x\nregion: eu\n").message(), "S3 remotes only"));
  CHECK(contains(rejection("url: s3://bucket\n", "identity_file: x\n").message(), "SSH"));
  CHECK(contains(rejection("url: s3://bucket\n", "access_key_id: x\n").message(), "go together"));
  CHECK(contains(rejection("url: s3://bucket\nendpoint: host:90\n").message(), "mlo.yaml:2:"));
  CHECK(rejection("url: /x\njobs: 1000\n").code() == Exit::usage);
  CHECK(rejection("- a\n").code() == Exit::usage);
}

TEST_CASE("the name of a remote is a plain name") {
  for (const char* bad : {"", "../x", ".x", "a/b", "-x", "a b", "ü"}) {
    CHECK(test::error_of([&] { parsed("url: /x\n", "", bad); }).code() == Exit::usage);
  }
  CHECK(parsed("url: /x\n", "", "backup-2.eu_1").name == "backup-2.eu_1");
}

TEST_CASE("~ of local files waits for the home directory") {
  test::TestEnv env;
  CHECK(remote::expand_home(env.variables, "/a") == "/a");
  CHECK(test::error_of([&] { remote::expand_home(env.variables, "~/a"); }).code() == Exit::usage);
  env.variables.values["HOME"] = "/home/ann";
  CHECK(remote::expand_home(env.variables, "~/a") == "/home/ann/a");
}
