// Runs the conformance suite of backends on a remote that a test script has brought up.
//
//   compat_remote CONFIG [--seed DIRECTORY] [--many N] [--large BYTES] [--atomic | --unprobed | --faults ROUNDS]
//
// CONFIG is a YAML entry of `remotes` (.mlo/config.yaml). --seed: where to put files that CONFIG, which is
// read-only, shows. --atomic: probe must find that creates are decided by the server. --unprobed: nothing is probed beforehand. --faults: instead of
// the suite, puts and reads through a connection that a proxy disturbs; each may fail, none may lie.
// Waits between attempts take a hundredth of their time.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "format/yaml.hpp"
#include "remote/config.hpp"
#include "unit/remote/backend_conformance.hpp"

namespace {

using namespace mlo;

class HurriedClock final : public Clock {
 public:
  Time now() override { return system_clock().now(); }
  int64_t ticks() override { return system_clock().ticks() * 100; }
};

struct Options {
  std::string config, seed;
  size_t many = 300, large = 0, faults = 0;
  bool atomic = false, unprobed = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string("0"); };
    if (word == "--seed") {
      options.seed = value();
    } else if (word == "--many") {
      options.many = std::stoul(value());
    } else if (word == "--large") {
      options.large = std::stoul(value());
    } else if (word == "--faults") {
      options.faults = std::stoul(value());
    } else if (word == "--unprobed") {
      options.unprobed = true;
    } else if (word == "--atomic") {
      options.atomic = true;
    } else {
      options.config = word;
    }
  }
  return options;
}

int run_suite(Env& env, remote::Backend& backend, remote::Backend& writer, const Options& options) {
  int failed = 0;
  test::Subject subject{backend, writer, options.many, options.large};
  if (options.large == 0) subject.large = size_t{20} << 20;
  for (const test::ConformanceCase& one : test::conformance_cases(env)) {
    if (one.writes && !backend.traits().writable) continue;
    std::string problem;
    int64_t start = system_clock().ticks();
    try {
      one.run(subject);
    } catch (const Error& error) {
      problem = error.message() + " [" + error.hint() + "]";
    } catch (const std::logic_error& error) {
      problem = error.what();
    }
    failed += problem.empty() ? 0 : 1;
    std::printf("%-6s %-24s %s %s\n", problem.empty() ? "ok" : "FAILED", one.name.c_str(),
                human_duration(system_clock().ticks() - start).c_str(), problem.c_str());
    std::fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}

/// Every put is whole or absent, every read right or an error; tells how often each happened.
int run_faults(remote::Backend& disturbed, remote::Backend& calm, size_t rounds) {
  size_t errors = 0, lies = 0, puts = 0, reads = 0;
  std::string message;
  auto attempt = [&](const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      ++errors;
      message = error.message();
    }
  };
  auto lie = [&](const std::string& what) {
    ++lies;
    std::printf("LIE: %s\n", what.c_str());
  };
  for (size_t round = 0; round < rounds; ++round) {
    size_t size = std::vector<size_t>{0, 1, 1000, 100000, 18 << 20}[round % (round % 25 ? 4 : 5)];
    if (round % 25 == 24) size = 18 << 20;
    std::string name = "faults/" + std::to_string(round);
    std::string bytes = test::conformance::sample_bytes(size, static_cast<uint32_t>(round));
    remote::Put how = round % 2 ? remote::Put::create : remote::Put::replace;
    attempt([&] {
      if (!disturbed.put(name, bytes, how)) lie("a create of a new file finds one: " + name);
      ++puts;
      if (calm.read(name, size) != bytes) lie("a put that succeeded is not there: " + name);
    });
    auto there = calm.read(name, size);
    if (there && *there != bytes) lie("a put left something else: " + name);
    if (!there) calm.put(name, bytes, remote::Put::replace);
    attempt([&] {
      auto read = disturbed.read(name, size);
      ++reads;
      if (read != bytes) lie("a read is not what was put: " + name);
    });
    attempt([&] {
      if (disturbed.read_range(name, size / 2, size / 4) != bytes.substr(size / 2, size / 4)) {
        lie("a range is not what was put: " + name);
      }
    });
    attempt([&] {
      size_t found = 0;
      disturbed.list("faults/", [&](const remote::RemoteFile&) { ++found; });
      if (found != round + 1) lie("a list has " + std::to_string(found) + " files");
    });
  }
  std::printf("%zu rounds: %zu puts and %zu reads done, %zu errors, %zu lies; last: %s\n", rounds,
              puts, reads, errors, lies, message.c_str());
  return lies == 0 && puts > 0 && reads > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  std::atomic<bool> cancelled = false;
  HurriedClock clock;
  Env env{posix_files(), clock, silent_reporter(), process_variables(), cancelled};
  try {
    format::Value local = format::parse_yaml(read_file(options.config), options.config);
    format::Value direct = local["direct"];  // --faults: options of the undisturbed way
    std::erase_if(local.as_object(), [](const auto& member) { return member.key == "direct"; });
    auto open = [&](const format::Value& entry) {
      return remote::open_backend(env, remote::parse_remote("peer", format::Value::object(), "none",
                                                            &entry, options.config, "/"));
    };
    auto backend = open(local);
    if (options.faults > 0) {
      for (const auto& member : direct.as_object()) local.set(member.key, member.value);
      return run_faults(*backend, *open(local), options.faults);
    }
    std::unique_ptr<remote::Backend> writer;
    if (!options.seed.empty()) {
      writer = open(format::parse_yaml("url: " + options.seed + "\n", "seed"));
    }
    bool atomic = backend->traits().atomic_create;
    if (!options.unprobed) atomic = remote::probe(env, *backend).atomic_create;
    std::printf("creates are decided %s\n", atomic ? "by the server" : "by looking first");
    int code = run_suite(env, *backend, writer ? *writer : *backend, options);
    return options.atomic && !atomic ? 1 : code;
  } catch (const Error& error) {
    std::printf("error: %s\nhint: %s\n", error.message().c_str(), error.hint().c_str());
    return 3;
  }
}
