#include "plugin/discovery.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::plugin;

namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string description(const std::string& name, int major = 1, const std::string& more = "") {
  return R"({"mlo":1,"kind":"runtime","name":")" + name + R"(","version":"1.2.0","family":")" +
         name + R"(","abi_major":)" + std::to_string(major) + R"(,"abi_minor":0,"file":")" + name +
         R"(.so","formats":["x"])" + more + "}";
}

void add(const std::string& directory, const std::string& name, const std::string& text) {
  mkdir(directory.c_str(), 0777);
  write(directory + "/" + name + ".plugin.json", text);
  write(directory + "/" + name + ".so", "");
}

const PluginInfo& named(const std::vector<PluginInfo>& list, const std::string& name) {
  for (const PluginInfo& info : list)
    if (info.name == name) return info;
  FAIL("no plugin " << name);
  return list.front();
}

}  // namespace

TEST_CASE("descriptions are read without loading code") {
  test::TempDir temp;
  std::string a = temp.path() + "/a", b = temp.path() + "/b";
  add(a, "one", description("one"));
  add(a, "two", description("two", 9));
  add(a, "three", "{");
  add(a, "four", description("five"));
  add(b, "one", description("one"));
  add(b, "six", description("six", 1, R"(,"optoins":{})"));
  add(b, "seven", description("seven"));
  unlink((b + "/seven.so").c_str());
  std::vector<std::string> path{a, b, temp.path() + "/absent", a};
  auto list = discover(path);
  REQUIRE(list.size() == 7);
  CHECK(named(list, "one").problem.empty());
  CHECK(named(list, "one").path == a + "/one.so");
  CHECK(named(list, "one").formats == std::vector<std::string>{"x"});
  CHECK(named(list, "two").problem.find("plugin ABI 9") != std::string::npos);
  CHECK(named(list, "three").problem.find("three.plugin.json:1:") != std::string::npos);
  CHECK(named(list, "five").problem.find("another name") != std::string::npos);
  CHECK(named(list, "six").problem.find("optoins") != std::string::npos);
  CHECK(named(list, "seven").problem.find("is missing") != std::string::npos);
  int hidden = 0;
  for (const auto& info : list) hidden += info.problem.starts_with("hidden by");
  CHECK(hidden == 1);
}

TEST_CASE("a runtime is chosen by name, version or format") {
  test::TempDir temp;
  add(temp.path(), "broken", description("broken", 2));
  add(temp.path(), "good", description("good"));
  auto list = discover(std::vector<std::string>{temp.path()});
  CHECK(choose_runtime(list, "", "x").name == "good");
  CHECK(choose_runtime(list, "good", "").name == "good");
  CHECK(choose_runtime(list, "good@1.2.0", "").name == "good");
  CHECK_THROWS_WITH(choose_runtime(list, "good@2.0.0", ""),
                    Catch::Contains("no runtime plugin 'good@2.0.0'"));
  CHECK_THROWS_WITH(choose_runtime(list, "broken", ""), Catch::Contains("plugin ABI 2"));
  CHECK_THROWS_WITH(choose_runtime(list, "", "onnx"), Catch::Contains("format 'onnx'"));
  CHECK_THROWS_WITH(choose_runtime({}, "", ""), Catch::Contains("no runtime plugin"));
}

TEST_CASE("flags come before the variable, the variable before the program's directory") {
  test::TestEnv env;
  env.variables.values["MLO_PLUGIN_PATH"] = "/c:/d";
  auto path = search_path(env.env, std::vector<std::string>{"/a:/b"});
  REQUIRE(path.size() == 6);
  CHECK(std::vector<std::string>(path.begin(), path.begin() + 4) ==
        std::vector<std::string>{"/a", "/b", "/c", "/d"});
  CHECK(path[4].ends_with("/lib/mlo/plugins"));
  CHECK(path[5].ends_with("/lib/mlo/plugins"));
}
