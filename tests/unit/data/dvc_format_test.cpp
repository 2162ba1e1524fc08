// DVC's formats: golden values come from DVC 3 itself.
#include <catch2/catch.hpp>

#include "base/files.hpp"
#include "data/dvc_config.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_file.hpp"
#include "data/dvc_hash.hpp"
#include "data/dvc_repository.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::data;
using namespace mlo::test;
using namespace std::string_literals;

namespace {

std::string name_of(const std::string& bytes, DvcHash hash) {
  TempDir dir;
  std::string file = dir.write("x", bytes);
  DvcNames whole = dvc_names(as_bytes(bytes), hash);
  DvcNames read = dvc_names_of(open_read(file).get(), "x", hash);
  CHECK(read.md5 == whole.md5);
  CHECK(read.sha256 == sha256(bytes));
  CHECK(read.size == bytes.size());
  return whole.md5.hex();
}

std::string directory_name(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<DvcFile> list;
  for (const auto& [path, content] : files) list.push_back({path, md5(content)});
  return md5(format_dvc_directory(list)).hex();
}

}  // namespace

TEST_CASE("content has the name that DVC 3 and DVC 2 give it") {
  struct Golden {
    std::string bytes, md5, unix_md5;
  };
  const Golden goldens[] = {
      {"a\r\nb\r\n", "59b0d7772f0561efb95518f3cb8abc60", "dd8c6a395b5dd36c56d23275028f526c"},
      {"\0\r\n"s, "692c8022360661692872fdc730517229", "692c8022360661692872fdc730517229"},
      // Only the first 512 bytes decide.
      {std::string(512, 'a') + "\0\r\n"s, "96a3dead43ebd94a480cd618558af424",
       "cf3dae686db0ee01ddf03cfaf2cfd9ac"},
      // A CRLF across two pieces of 1 MiB stays.
      {std::string((1 << 20) - 1, 'a') + "\r\n", "2647acae3fed7a4538ecf474e9a98d1e",
       "2647acae3fed7a4538ecf474e9a98d1e"},
      // 30 % of other bytes is text, 31 % is not.
      {std::string(68, 'a') + std::string(30, '\x80') + "\r\n", "6f1e6b9508cc76b2ad3ac781e3786f77",
       "89bd6af65a7d9423782b1db6ebe2777b"},
      {std::string(67, 'a') + std::string(31, '\x80') + "\r\n", "8d00169645beeb7b7bdfb08bd15150e1",
       "8d00169645beeb7b7bdfb08bd15150e1"},
      {"", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"},
  };
  for (const Golden& golden : goldens) {
    CHECK(name_of(golden.bytes, DvcHash::md5) == golden.md5);
    CHECK(name_of(golden.bytes, DvcHash::dos2unix) == golden.unix_md5);
  }
}

TEST_CASE("a directory has the name that DVC gives it") {
  CHECK(format_dvc_directory({{"foo", md5("foo")}, {"bar", md5("bar")}}) ==
        R"([{"md5": "37b51d194a7513e45b56f6524f2d51f2", "relpath": "bar"}, )"
        R"({"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "foo"}])");
  CHECK(directory_name({{"bar", "bar"}, {"foo", "foo"}}) == "5ea40360f5b4ec688df672a4db9c17d1");
  CHECK(directory_name({{"data", "data"}, {"sub/sub", "sub"}}) ==
        "948d82c949dc65d89a8fa4ed3dcffb43");
  CHECK(directory_name({{"a.txt", "1"}, {"a/b", "2"}, {"a-b", "3"}, {"B", "4"}}) ==
        "b88ae7da175127848e38ba0c8b09bdfa");
  CHECK(directory_name({{"é.txt", "x"}, {"a b.txt", "y"}}) == "3b5daa34d048e825cdd221a7d32e7ecc");
  CHECK(directory_name({}) == "d751713988987e9331980363e24189ce");
  // Written by DVC 3.x over files a, link, sub/b, "new\nline\x7f" and "é😀\"\\".
  CHECK(directory_name({{"a", "1\n"},
                        {"link", "1\n"},
                        {"sub/b", "2\n"},
                        {"new\nline\x7f", "y"},
                        {"é😀\"\\", "z"}}) == "743bad9cd970c295961ce8915a994fd3");
}

TEST_CASE("a directory object reads back, whatever its names") {
  std::vector<DvcFile> files = {{"a\xff\xfe", md5("1")},
                                {"é😀\"\\/\x01", md5("2")},
                                {"sub/a b", md5("3")},
                                {"sub/ab/c", md5("4")},
                                {"\xed\xa0\x80", md5("5")}};
  std::sort(files.begin(), files.end(),
            [](const DvcFile& a, const DvcFile& b) { return a.path < b.path; });
  std::string text = format_dvc_directory(files);
  CHECK(text.find("a\\udcff\\udcfe") != std::string::npos);
  CHECK((parse_dvc_directory(text, "x.dir") == files));
  CHECK(parse_dvc_directory("[]", "x.dir").empty());
  // Other versions write more members.
  CHECK(parse_dvc_directory(R"( [ {"size": 3, "isexec": true, "relpath": "a", "etag": null,
      "md5": "37B51D194A7513E45B56F6524F2D51F2"} ] )",
                            "x.dir")
            .at(0)
            .md5 == md5("bar"));
}

TEST_CASE("a damaged or hostile directory object is refused") {
  std::string sum = R"("md5": "37b51d194a7513e45b56f6524f2d51f2")";
  auto error = [](const std::string& text) {
    return error_of([&] { parse_dvc_directory(text, "x.dir"); }).message();
  };
  auto with = [&](const std::string& path) { return "[{" + sum + ", \"relpath\": " + path + "}]"; };
  for (const char* path :
       {R"("../a")", R"("/a")", R"("a//b")", R"("")", R"("a/./b")", R"("a/..")"}) {
    CHECK(error(with(path)).find("leads outside") != std::string::npos);
  }
  CHECK(error(with(R"("a\u0000b")")).find("leads outside") != std::string::npos);
  CHECK(error("[{" + sum + "}]").find("without a 'relpath'") != std::string::npos);
  CHECK(error(R"([{"relpath": "a"}])").find("no MD5 for 'a'") != std::string::npos);
  CHECK(error(R"([{"relpath": "a", "md5": "12"}])").find("no MD5") != std::string::npos);
  std::string a = "{" + sum + ", \"relpath\": \"a\"}", ab = "{" + sum + ", \"relpath\": \"a/b\"}";
  std::string dash = "{" + sum + ", \"relpath\": \"a-\"}";
  CHECK(error("[" + a + "," + a + "]") == "x.dir: two files 'a'");
  CHECK(error("[" + ab + "," + dash + "," + a + "]") == "x.dir: 'a' is a file and a directory");
  for (const char* text : {"", "[", "[{", "{}", "[1]", "[{\"md5\": [1]}]", "[] x", "[{\"a\"}]",
                           "[{\"md5\": \"\\ud800\"}]", "[{\"md5\": \"\\x\"}]", "[{\"md5\": \"a"}) {
    CHECK(error(text).starts_with("x.dir:"));
  }
}

TEST_CASE("a .dvc file is read with everything that it says") {
  auto outs = parse_dvc_file(R"(md5: aaaa
frozen: true
deps:
- path: x
  repo: {url: 'https://example.org/r.git', rev_lock: abc}
outs:
- md5: 22a1a2931c8370d3aeedd7183606fd7f.dir
  size: 14445097
  nfiles: 5
  hash: md5
  path: images
  desc: the images
  labels: [a, b]
  push: false
- md5: '10345678901234567890123456789012'
  isexec: true
  path: ../tool
  remote: big
  cache: false
meta: {anything: 1}
)",
                             "data/images.dvc");
  REQUIRE(outs.size() == 2);
  CHECK(outs[0].path == "data/images");
  CHECK(outs[0].md5.hex() == "22a1a2931c8370d3aeedd7183606fd7f");
  CHECK(outs[0].is_directory);
  CHECK(outs[0].hash == DvcHash::md5);
  CHECK(outs[0].size == 14445097u);
  CHECK(outs[0].problem.empty());
  CHECK(outs[0].annotations.size() == 3);
  CHECK(outs[0].annotations["labels"].size() == 2);
  CHECK(outs[0].stage_fields.size() == 4);
  CHECK(outs[1].path == "tool");
  CHECK(outs[1].hash == DvcHash::dos2unix);
  CHECK_FALSE(outs[1].is_directory);
  CHECK_FALSE(outs[1].in_cache);
  CHECK(outs[1].remote == "big");
}

TEST_CASE("what mlo cannot take says why") {
  auto problem = [](const std::string& entry, const std::string& name = "d/x.dvc") {
    return parse_dvc_file("outs:\n- " + entry + "\n", name).at(0).problem;
  };
  std::string sum = "md5: 22a1a2931c8370d3aeedd7183606fd7f, ";
  CHECK(problem("{" + sum + "hash: md5, path: x}").empty());
  CHECK(problem("{path: x, files: [{relpath: a, version_id: v}]}") ==
        "is versioned in the cloud, without an MD5");
  CHECK(problem("{" + sum + "hash: md5, path: x, cloud: {s3: {etag: a}}}").empty());
  CHECK(problem("{md5: abc, hash: blake3, path: x}") ==
        "is hashed with 'blake3', which mlo does not know");
  CHECK(problem("{etag: a, hash: md5, path: x}") == "has no md5, only the mark of a server");
  CHECK(problem("{path: x}") == "was never hashed by DVC");
  CHECK(problem("{md5: zz, hash: md5, path: x}") == "has a malformed md5 'zz'");
  for (const char* path : {"../../x", "/etc/x", "s3://b/x", "remote://r/x"}) {
    CHECK(problem("{" + sum + "hash: md5, path: '" + path + "'}") ==
          "lies outside of the repository");
  }
  auto error = [](const std::string& text) {
    return error_of([&] { parse_dvc_file(text, "x.dvc"); }).message();
  };
  CHECK(error("outs:\n- path: [1]\n").starts_with("x.dvc:2:9: "));
  CHECK(error("- a\n").find("a .dvc file must be a mapping") != std::string::npos);
  CHECK(error("outs: 1\n").find("'outs' must be a list") != std::string::npos);
  CHECK(error("outs:\n- md5: 123\n  path: x\n").find("must be text") != std::string::npos);
  CHECK(parse_dvc_file("", "x.dvc").empty());
}

TEST_CASE("outputs of stages lie where dvc.yaml says") {
  auto stages = parse_dvc_yaml(R"(stages:
  train:
    cmd: python train.py
    wdir: ../work
    outs:
    - model.pkl: {push: false, desc: the model}
    - other
    metrics:
    - metrics.json: {cache: false}
  each:
    foreach: [a, b]
    do: {cmd: x, wdir: '${item}', outs: ['${item}.txt']}
)",
                               "p/dvc.yaml");
  auto outs = parse_dvc_lock(R"(schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps: [{path: d, md5: 22a1a2931c8370d3aeedd7183606fd7f}]
    outs:
    - {path: model.pkl, hash: md5, md5: 22a1a2931c8370d3aeedd7183606fd7f, size: 3, isexec: true}
    - {path: metrics.json, md5: 22a1a2931c8370d3aeedd7183606fd7f}
  each@a:
    outs: [{path: a.txt, hash: md5, md5: 22a1a2931c8370d3aeedd7183606fd7f}]
)",
                             "p/dvc.lock", stages);
  REQUIRE(outs.size() == 3);
  CHECK(outs[0].path == "work/model.pkl");
  CHECK(outs[0].stage == "train");
  CHECK(outs[0].annotations.size() == 3);
  CHECK(outs[1].path == "work/metrics.json");
  CHECK_FALSE(outs[1].in_cache);
  CHECK(outs[2].problem == "lies in a 'wdir' that is a template");
  // The first version had no schema.
  CHECK(parse_dvc_lock("s:\n  outs: [{path: a, md5: 22a1a2931c8370d3aeedd7183606fd7f}]\n",
                       "dvc.lock", {})
            .size() == 1);
  CHECK(error_of([] { parse_dvc_lock("schema: '3.0'\n", "dvc.lock", {}); }).message() ==
        "dvc.lock: schema '3.0' is not known");
}

TEST_CASE("an INI file is read as configobj does") {
  IniFile file = parse_ini(
      "\xef\xbb\xbf# comment\n[core]\n    remote = \"store # 1\"  \n  Analytics = false # why\n"
      "['remote \"my remote\"']\n url = ../storage\n[remote \"b\"]\nurl='s3://b/x#y'\n[empty]\n",
      "config");
  CHECK(file["core"]["remote"] == "store # 1");
  CHECK(file["core"]["analytics"] == "false");
  CHECK(file["remote \"my remote\""]["url"] == "../storage");
  CHECK(file["remote \"b\""]["url"] == "s3://b/x#y");
  CHECK(file.contains("empty"));
  CHECK(error_of([] { parse_ini("[a]\nnothing\n", "config"); }).message() ==
        "config:2: neither section nor 'key = value'");
  CHECK(error_of([] { parse_ini("[a\n", "config"); }).message() == "config:1: a '[' without ']'");
}

TEST_CASE("configuration levels shadow each other, and paths are relative to their file") {
  TempDir dir;
  TestEnv test;
  test.variables.values = {{"HOME", dir / "home"}, {"DVC_SYSTEM_CONFIG_DIR", dir / "system"}};
  dir.write("system/config", "[core]\nremote = one\n['remote \"one\"']\nurl = /one\n");
  dir.write("home/.config/dvc/config", "['remote \"two\"']\nurl = two\njobs = 3\n");
  dir.write("r/.dvc/config",
            "[core]\nremote = two\n['remote \"three\"']\nurl = ../storage\n"
            "['remote \"below\"']\nurl = remote://three/sub\n['remote \"home\"']\nurl = ~/x\n"
            "['remote \"web\"']\nurl = https://example.org/x\nversion_aware = true\n");
  dir.write("r/.dvc/config.local", "[cache]\ndir = ../../cache\n['remote \"two\"']\nurl = local\n");
  DvcConfig config = read_dvc_config(test.env, dir / "r");
  CHECK(config.cache_dir == dir / "cache");
  CHECK(config.default_remote == "two");
  CHECK(config.remote("")->url == dir / "r/.dvc/local");
  CHECK(config.remote("two")->options.at("jobs") == "3");
  CHECK(config.remote("one")->url == "/one");
  CHECK(config.remote("three")->url == dir / "r/storage");
  CHECK(config.remote("below")->url == dir / "r/storage/sub");
  CHECK(config.remote("home")->url == dir / "home/x");
  CHECK(config.remote("web")->version_aware);
  CHECK(config.remote("nothing") == nullptr);
  CHECK(find_dvc_root(dir / "r/a/b") == dir / "r");
  CHECK_FALSE(find_dvc_root(dir / "home"));
}

TEST_CASE("a repository is searched as DVC searches it") {
  TempDir dir;
  TestEnv test;
  std::string entry = "outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  hash: md5\n  path: ";
  dir.write(".dvc/config", "");
  dir.write(".dvcignore", "# nothing\n/skipped\n");
  dir.write("a.dvc", entry + "a\n");
  dir.write("data/b.dvc", entry + "b\n");
  dir.write("data/b/inside.dvc", entry + "inside\n");  // in a tracked directory
  dir.write("skipped/c.dvc", entry + "c\n");
  dir.write("other/.dvc/config", "");
  dir.write("other/d.dvc", entry + "d\n");
  dir.write("bad.dvc", "outs: [\n");
  dir.write("p/dvc.lock", "schema: '2.0'\nstages: {s: {outs: [{path: o, hash: md5, md5: x}]}}\n");
  dir.write("p/dvc.yaml", "x: &anchor 1\n");  // says nothing of directories: not read
  DvcRepository repository = read_dvc_repository(test.env, dir.path());
  std::vector<std::string> paths;
  for (const DvcOut& out : repository.outs) paths.push_back(out.path);
  CHECK(paths == std::vector<std::string>{"a", "data/b", "p/o"});
  REQUIRE(repository.unreadable.size() == 1);
  CHECK(repository.unreadable[0].file == "bad.dvc");
  CHECK(repository.ignore_files == std::vector<std::string>{""});
}
