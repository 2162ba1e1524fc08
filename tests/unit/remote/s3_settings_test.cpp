#include "remote/s3_settings.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using remote::RemoteConfig;
using remote::S3Settings;

namespace {

RemoteConfig bucket(const std::string& url = "s3://models/team//a/") {
  RemoteConfig config;
  config.name = "origin";
  config.url = url;
  config.scheme = remote::Scheme::s3;
  return config;
}

}  // namespace

TEST_CASE("hosts and paths: Amazon's by region, an endpoint's in path style") {
  test::TestVariables none;
  S3Settings amazon = remote::s3_settings(none, bucket());
  CHECK(amazon.host == "models.s3.us-east-1.amazonaws.com");
  CHECK(amazon.base_path.empty());
  CHECK(amazon.prefix == "team/a/");
  CHECK(amazon.secure);
  CHECK_FALSE(amazon.credentials);
  RemoteConfig dotted = bucket("s3://data.example.org");
  dotted.region = "cn-north-1";
  CHECK(remote::s3_settings(none, dotted).host == "s3.cn-north-1.amazonaws.com.cn");
  CHECK(remote::s3_settings(none, dotted).base_path == "/data.example.org");
  CHECK(remote::s3_settings(none, dotted).prefix.empty());
  RemoteConfig own = bucket();
  own.endpoint = "http://[::1]:9000/s3/";
  CHECK(remote::s3_settings(none, own).host == "[::1]:9000");
  CHECK(remote::s3_settings(none, own).base_path == "/s3/models");
  CHECK_FALSE(remote::s3_settings(none, own).secure);
  own.endpoint = "https://minio.lan:443";
  CHECK(remote::s3_settings(none, own).host == "minio.lan");
}

TEST_CASE("credentials: the remote's own, then variables, then the profile") {
  test::TempDir home;
  home.write(".aws/credentials",
             "# comment\n[default]\naws_access_key_id = DEF\naws_secret_access_key=DEFS\n"
             "[work]\naws_access_key_id=WORK\naws_secret_access_key = WORKS==\n"
             "aws_session_token=TOK\n[half]\naws_access_key_id=H\n");
  home.write(".aws/config",
             "[default]\nregion = eu-west-1\n[profile work]\nregion=eu-west-2\n"
             "endpoint_url = http://127.0.0.1:7\ns3 =\n  endpoint_url = http://nested\n"
             "[profile sso]\nsso_session = x\n");
  test::TestVariables variables;
  variables.values["HOME"] = home.path();
  S3Settings settings = remote::s3_settings(variables, bucket());
  REQUIRE(settings.credentials);
  CHECK(settings.credentials->access_key_id == "DEF");
  CHECK(settings.region == "eu-west-1");

  variables.values["AWS_PROFILE"] = "work";
  settings = remote::s3_settings(variables, bucket());
  CHECK(settings.credentials->secret_access_key == "WORKS==");
  CHECK(settings.credentials->session_token == "TOK");
  CHECK(settings.region == "eu-west-2");
  CHECK(settings.host == "127.0.0.1:7");

  variables.values["AWS_ACCESS_KEY_ID"] = "ENV";
  variables.values["AWS_SECRET_ACCESS_KEY"] = "ENVS";
  variables.values["AWS_DEFAULT_REGION"] = "r1";
  CHECK(remote::s3_settings(variables, bucket()).credentials->access_key_id == "ENV");
  CHECK(remote::s3_settings(variables, bucket()).credentials->session_token.empty());
  CHECK(remote::s3_settings(variables, bucket()).region == "r1");
  variables.values["AWS_REGION"] = "r2";
  CHECK(remote::s3_settings(variables, bucket()).region == "r2");

  RemoteConfig named = bucket();  // a profile that the remote names is meant for it
  named.profile = "default";
  CHECK(remote::s3_settings(variables, named).credentials->access_key_id == "DEF");
  named.access_key_id = "OWN";
  named.secret_access_key = "OWNS";
  CHECK(remote::s3_settings(variables, named).credentials->access_key_id == "OWN");

  RemoteConfig lost = bucket();
  lost.profile = "wrok";
  CHECK(test::message_of([&] { remote::s3_settings(variables, lost); }).find("'wrok'") !=
        std::string::npos);
  lost.profile = "sso";
  CHECK(test::error_of([&] { remote::s3_settings(variables, lost); }).hint().find("export") !=
        std::string::npos);
  lost.profile = "half";
  CHECK_FALSE(remote::s3_settings(variables, lost).credentials);
  variables.values.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(test::error_of([&] { remote::s3_settings(variables, bucket()); }).code() == Exit::usage);
}

TEST_CASE("files elsewhere, and files that are none") {
  test::TempDir dir;
  test::TestVariables variables;
  variables.values["AWS_SHARED_CREDENTIALS_FILE"] =
      dir.write("keys", "[default]\naws_access_key_id=A\naws_secret_access_key=S\n");
  variables.values["AWS_CONFIG_FILE"] = dir / "none";
  CHECK(remote::s3_settings(variables, bucket()).credentials->access_key_id == "A");
  remote::IniSections odd = remote::parse_ini("=x\n[a\nk=v\n[b]\nK = v = w\n\xff\n]");
  CHECK(odd.at("b").at("k") == "v = w");
  CHECK(odd.size() == 1);
}
