#include "score/predict.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <thread>

#include "format/json.hpp"
#include "package/build.hpp"
#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "support/error_of.hpp"
#include "support/faulty_files.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "support/toy_run.hpp"

using namespace mlo;
using namespace mlo::score;

namespace {

/// A workspace with the toy as model `toy`, version 1: yes if x + (c == b) > 0.5.
struct Fixture {
  Fixture() {
    repo::init(test.env, dir.path());
    workspace.emplace(repo::Workspace::open(test.env, dir.path()));
    package::BuildOptions build;
    build.run = test::toy_run(test.env, *workspace);
    build.name = "toy";
    package::build(test.env, *workspace, build);
    options.model = "toy";
    options.plugin_path = test::toy_plugins();
  }
  /// Predicts for a file with this content; returns what went to standard output.
  std::string predict(const std::string& name, std::string_view content) {
    options.input = dir.write(name, content);
    std::string out;
    report =
        score::predict(test.env, *workspace, options, [&](std::string_view text) { out += text; });
    return out;
  }
  std::string message(const std::string& name, std::string_view content) {
    Error error = test::error_of([&] { predict(name, content); });
    CHECK(error.code() == Exit::failure);
    std::string prefix = dir.path() + "/";
    return error.message().starts_with(prefix) ? error.message().substr(prefix.size())
                                               : error.message();
  }

  test::TestEnv test;
  test::TempDir dir;
  std::optional<repo::Workspace> workspace;
  PredictOptions options;
  PredictReport report;
};

const std::string kNo = "no,0.8807970779778823,0.11920292202211755\n";
const std::string kYes = "yes,0.11920292202211755,0.8807970779778823\n";
const std::string kHeader = "prediction,probability_no,probability_yes\n";
const char* kRows = "x,c\n0,a\n1,a\n0,b\n";

}  // namespace

TEST_CASE("predictions of a file, in the order of its rows") {
  Fixture f;
  CHECK(f.predict("in.csv", kRows) == kHeader + kNo + kYes + kYes);
  CHECK(f.report.rows == 3);
  CHECK(f.report.name == "toy");
  CHECK(f.report.version == 1);
  CHECK(f.report.task == "classification");
  CHECK(f.predict("in.tsv", "more\tc\tx\r\n,\tz\t1\r\n") == kHeader + kYes);
  CHECK(f.predict("in.jsonl", "{\"c\":\"a\",\"x\":0,\"d\":[1]}\n{\"x\":\"1\",\"c\":null}\n") ==
        kHeader + kNo + kYes);
  f.options.delimiter = ';';
  CHECK(f.predict("semi.csv", "x;c\n0;a\n") == kHeader + kNo);
}

TEST_CASE("a file of predictions is replaced at the end or not at all") {
  Fixture f;
  std::string out = f.dir.write("out.csv", "old");
  f.options.output = out;
  CHECK(f.predict("in.csv", kRows).empty());
  CHECK(read_file(out) == kHeader + kNo + kYes + kYes);
  std::string many = "x,c\n";
  for (int i = 0; i < 5000; ++i) many += "0,a\n";
  CHECK(f.message("bad.csv", many + "old,a\n") ==
        "bad.csv:5002: column 'x': 'old' is not a number");
  CHECK(read_file(out) == kHeader + kNo + kYes + kYes);
  f.options.output = f.dir / "out.jsonl";
  f.predict("in.csv", "x,c\n0,a\n");
  CHECK(f.dir.read("out.jsonl") ==
        "{\"prediction\":\"no\",\"probability_no\":0.8807970779778823,"
        "\"probability_yes\":0.11920292202211755}\n");
  f.options.output = f.dir.path();
  CHECK(test::message_of([&] { f.predict("in.csv", kRows); }) ==
        "'" + f.dir.path() + "' is a directory");
  f.options.output = "/dev/null";
  f.predict("in.csv", kRows);
  CHECK(f.report.rows == 3);
}

TEST_CASE("an output that is a link stays one, and its target keeps its mode") {
  Fixture f;
  std::string target = f.dir.write("target.csv", "old");
  REQUIRE(::chmod(target.c_str(), 0640) == 0);
  for (const char* name : {"link.csv", "dangling.csv"}) {
    const bool dangles = std::string_view(name) == "dangling.csv";
    f.options.output = f.dir / name;
    REQUIRE(::symlink(dangles ? "new.csv" : target.c_str(), f.options.output.c_str()) == 0);
    f.predict("in.csv", "x,c\n0,a\n");
    CHECK(S_ISLNK(stat_of(f.options.output)->st_mode));
    CHECK(!f.report.to_stream);
  }
  CHECK(read_file(target) == kHeader + kNo);
  CHECK((stat_of(target)->st_mode & 0777) == 0640);
  CHECK(f.dir.read("new.csv") == kHeader + kNo);
  f.options.output = f.dir / "loop";
  REQUIRE(::symlink("loop", f.options.output.c_str()) == 0);
  CHECK_THAT(test::message_of([&] { f.predict("in.csv", kRows); }),
             Catch::Contains("Too many levels of symbolic links"));
}

TEST_CASE("a pipe and an open descriptor are written as they are") {
  Fixture f;
  std::string fifo = f.dir / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  Descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  f.options.output = fifo;
  f.predict("in.csv", "x,c\n0,a\n");
  CHECK(f.report.to_stream);
  std::array<std::byte, 200> buffer;
  CHECK(as_text(std::span(buffer).first(read_some(reader.get(), buffer))) == kHeader + kNo);
  CHECK(S_ISFIFO(stat_of(fifo)->st_mode));

  std::string file = f.dir.write("file.csv", "before\n");
  Descriptor open(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  f.options.output = "/proc/self/fd/" + std::to_string(open.get());
  f.predict("in.csv", "x,c\n0,a\n");
  CHECK(f.report.to_stream);
  CHECK(read_file(file) == "before\n" + kHeader + kNo);
}

TEST_CASE("the rows before a bad one are written first") {
  Fixture f;
  std::string out;
  auto predict = [&](std::string_view name, std::string_view content) {
    out.clear();
    f.options.input = f.dir.write(name, content);
    return test::message_of([&] {
      score::predict(f.test.env, *f.workspace, f.options,
                     [&](std::string_view text) { out += text; });
    });
  };
  CHECK_THAT(predict("in.csv", "x,c\n0,a\n1,a\n0,a\nold,a\nolder,a\n"),
             Catch::Contains("in.csv:5: column 'x': 'old' is not a number"));
  CHECK(out == kHeader + kNo + kYes + kNo);
  predict("in.csv", "x,c\nold,a\n0,a\n");
  CHECK(out.empty());
  f.options.with_input = true;
  CHECK_THAT(predict("in.jsonl", "{\"x\":0,\"c\":\"a\"}\n{\"x\":[],\"c\":\"a\"}\n"),
             Catch::Contains("in.jsonl:2: column 'x': a list or an object"));
  CHECK(out == "x,c," + kHeader + "0,a," + kNo);
}

TEST_CASE("a full disk leaves the old predictions") {
  Fixture f;
  f.options.output = f.dir.write("out.csv", "old");
  f.options.input = f.dir.write("in.csv", kRows);
  size_t failures = 0;
  for (uint64_t k = 1; k < 30; ++k) {
    test::FaultyFiles files(posix_files(), test::Fault::no_space, k);
    test::TestEnv faulty(files);
    bool failed = false;
    try {
      score::predict(faulty.env, *f.workspace, f.options, [](std::string_view) {});
    } catch (const Error& error) {
      failed = true;
      CHECK(error.code() == Exit::failure);
    }
    if (!failed) break;
    ++failures;
    std::string now = f.dir.read("out.csv");
    CHECK((now == "old" || now == kHeader + kNo + kYes + kYes));
    f.dir.write("out.csv", "old");
  }
  CHECK(failures >= 2);
  CHECK(f.dir.read("out.csv") == kHeader + kNo + kYes + kYes);
}

TEST_CASE("the input's columns can stand before the outputs") {
  Fixture f;
  f.options.with_input = true;
  CHECK(f.predict("in.csv", "c,\"n,b\",x\na,\"say \"\"hi\"\"\",0\n") ==
        "c,\"n,b\",x,prediction,probability_no,probability_yes\na,\"say \"\"hi\"\"\",0," + kNo);
  CHECK(f.predict("in.jsonl",
                  "{\"x\":0,\"c\":\"a\",\"t\":true,\"m\":null}\n{\"c\":\"a\",\"x\":0.5e0}\n")
            .starts_with("x,c,t,m,prediction,probability_no,probability_yes\n0,a,true,," + kNo +
                         "0.5,a,,,no,0.5,0.5"));
  f.options.format = "jsonl";
  CHECK(
      f.predict("in.jsonl",
                "{\"x\":0,\"c\":\"a\",\"t\":true}\n{\"m\":null,\"c\":\"q\\\"\",\"x\":0}\n") ==
      "{\"x\":0,\"c\":\"a\",\"t\":true,\"prediction\":\"no\",\"probability_no\":0.8807970779778823,"
      "\"probability_yes\":0.11920292202211755}\n"
      "{\"x\":0,\"c\":\"q\\\"\",\"m\":null,\"prediction\":\"no\",\"probability_no\":0."
      "8807970779778823,"
      "\"probability_yes\":0.11920292202211755}\n");
  for (const char* format : {"csv", "jsonl"}) {
    f.options.format = format;
    CHECK_THAT(f.predict("in.jsonl",
                         "{\"x\":0,\"c\":\"a\",\"id\":1234567890123456789}\n"
                         "{\"x\":0,\"c\":\"a\",\"id\":-1000000000000000}\n"),
               Catch::Contains("1234567890123456789,") && Catch::Contains("-1000000000000000,"));
  }
  CHECK(f.message("in.jsonl", "{\"x\":0,\"c\":\"a\",\"d\":{}}\n") ==
        "in.jsonl:1: column 'd': a list or an object");
  CHECK(f.message("in.csv", "x,c,prediction\n0,a,1\n") ==
        "the input has a column 'prediction', like the output");
}

TEST_CASE("bad input names file, line and column") {
  Fixture f;
  CHECK(f.message("in.csv", "") == "in.csv: the input is empty");
  CHECK(f.message("in.csv", "x,c\n") == "in.csv: no rows");
  CHECK(f.message("in.csv", "x,c\n1,a\n2\n") ==
        "in.csv:3:2: the row has 1 field, the header has 2");
  CHECK(f.message("in.csv", "x,c\n1,a\n,a\ninf,a\n") == "in.csv:4: column 'x': an infinite number");
  CHECK(f.message("in.csv", "y,c\n1,a\n") == "in.csv: no column 'x'");
  CHECK(f.message("in.csv", "x,c\n1,a\n1e308,a\n") == "in.csv:3: column 'x': 1e+308 is too large");
  CHECK(f.message("in.csv", "x,c\n1,a\n3e38,a\n") == "in.csv:3: the model's output is Infinity");
  CHECK(f.message("in.jsonl", "{\"x\":1,\"c\":\"a\"}\n{\"x\":1}\n") == "in.jsonl:2: no column 'c'");
  CHECK(f.message("in.jsonl", "{\"x\":1}\n") == "in.jsonl: no column 'c'");
  CHECK(f.message("in.jsonl", "{\"x\":[1],\"c\":\"a\"}\n") ==
        "in.jsonl:1: column 'x': a list or an object");
  f.options.input = f.dir / "none.csv";
  auto run = [&] { score::predict(f.test.env, *f.workspace, f.options, [](std::string_view) {}); };
  CHECK(test::message_of(run) ==
        "cannot open '" + (f.dir / "none.csv") + "': No such file or directory");
  f.options.input = f.dir.path();
  CHECK_THAT(test::message_of(run), Catch::Contains("Is a directory"));
  f.options.model = "toi";
  CHECK_THROWS_WITH(f.predict("in.csv", kRows), Catch::Contains("toi"));
}

TEST_CASE("standard input is answered row by row") {
  Fixture f;
  int in[2], out[2];
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  f.options.input = "-";
  f.options.standard_input = in[0];
  // Catch's assertions belong to one thread.
  bool written = true;
  std::string problem;
  std::thread predicting([&] {
    try {
      score::predict(f.test.env, *f.workspace, f.options, [&](std::string_view text) {
        const ssize_t got = ::write(out[1], text.data(), text.size());
        written = written && got == static_cast<ssize_t>(text.size());
      });
    } catch (const Error& error) {
      problem = error.message();
    }
    ::close(out[1]);
  });
  auto send = [&](std::string_view text) {
    REQUIRE(::write(in[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  };
  auto receive = [&](size_t size) {
    std::string text(size, ' ');
    size_t got = 0;
    while (got < size) {
      ssize_t n = ::read(out[0], text.data() + got, size - got);
      if (n <= 0) break;
      got += static_cast<size_t>(n);
    }
    return text.substr(0, got);
  };
  send("x,c\n0,a\n");
  CHECK(receive((kHeader + kNo).size()) == kHeader + kNo);
  send("1,a\n0");
  CHECK(receive(kYes.size()) == kYes);
  send(",b");
  ::close(in[1]);
  CHECK(receive(1000) == kYes);
  predicting.join();
  CHECK(written);
  CHECK(problem == "");
  for (int fd : {in[0], out[0]}) ::close(fd);
}

TEST_CASE("a signal ends the wait for input") {
  Fixture f;
  int in[2];
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  f.options.input = "-";
  f.options.standard_input = in[0];
  f.test.cancelled = true;
  Error error = test::error_of(
      [&] { score::predict(f.test.env, *f.workspace, f.options, [](std::string_view) {}); });
  CHECK(error.code() == Exit::interrupted);
  for (int fd : in) ::close(fd);
}

TEST_CASE("the summary and the delimiter") {
  Fixture f;
  f.options.output = f.dir / "o.csv";
  f.predict("in.csv", kRows);
  format::Value document = to_json(f.report);
  CHECK(document["rows"].as_int() == 3);
  CHECK(document["model"]["name"].as_string() == "toy");
  CHECK(document["model"]["digest"].as_string().starts_with("sha256:"));
  CHECK(parse_delimiter("") == 0);
  CHECK(parse_delimiter("tab") == '\t');
  CHECK(parse_delimiter(";") == ';');
  for (auto bad : {";;", "\"", "\n", "\xC3"}) {
    CHECK(test::error_of([&] { parse_delimiter(bad); }).code() == Exit::usage);
  }
}
