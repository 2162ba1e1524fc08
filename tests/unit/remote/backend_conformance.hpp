// What every backend of a remote must do, as data: the unit tests run it on directories, tests/compat on
// real servers. A case throws std::logic_error saying what does not hold.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/parallel.hpp"
#include "remote/backend.hpp"

namespace mlo::test {

/// A storage under test.
struct Subject {
  remote::Backend& backend;
  /// Puts files there; the same as `backend` where that can write.
  remote::Backend& writer;
  size_t many = 300;               ///< files to list
  size_t large = size_t{9} << 20;  ///< bytes of the large file
};

struct ConformanceCase {
  std::string name;
  bool writes;  ///< not for read-only backends
  std::function<void(const Subject&)> run;
};

namespace conformance {

using remote::Backend;
using remote::Put;
using remote::RemoteFile;

inline void require(bool holds, const std::string& property) {
  if (!holds) throw std::logic_error(property);
}

template <typename Work>
Error require_error(Work&& work, const std::string& property) {
  try {
    work();
  } catch (const Error& error) {
    require(!error.message().empty() && error.message().find('\n') == std::string::npos,
            "a message of one line: " + property);
    return error;
  }
  throw std::logic_error("no error: " + property);
}

/// All byte values, none of it repeating soon.
inline std::string sample_bytes(size_t size, uint32_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

inline std::map<std::string, uint64_t> listed(Backend& backend, const std::string& prefix) {
  std::map<std::string, uint64_t> files;
  backend.list(prefix, [&](const RemoteFile& file) {
    require(files.emplace(file.name, file.size).second, "listed once: " + file.name);
  });
  return files;
}

inline void absent(const Subject& on) {
  Backend& backend = on.backend;
  require(!backend.stat("absent/none"), "stat of nothing");
  require(!backend.read("absent/none", 100), "read of nothing");
  require_error([&] { backend.read_range("absent/none", 0, 1); }, "a range of nothing");
  require(!backend.stat("absent"), "stat of a name above nothing");
  if (backend.traits().lists) require(listed(backend, "absent/").empty(), "list of nothing");
}

inline void sizes_and_ranges(const Subject& on) {
  for (size_t size : {0, 1, 4096, 70001}) {
    std::string name = "sizes/" + std::to_string(size), bytes = sample_bytes(size);
    require(on.writer.put(name, bytes, Put::replace), "put");
    auto info = on.backend.stat(name);
    require(info && info->name == name && info->size == size, "stat of " + name);
    require(on.backend.read(name, size) == bytes, "read of " + name);
    require(on.backend.read_range(name, 0, size) == bytes, "the whole as a range, " + name);
    require(on.backend.read_range(name, size, 0).empty(), "an empty range at the end of " + name);
    require_error([&] { on.backend.read_range(name, 0, size + 1); }, "a range past " + name);
    require_error([&] { on.backend.read_range(name, size + 5, 1); }, "a range behind " + name);
    if (size == 0) continue;
    require_error([&] { on.backend.read(name, size - 1); }, "read above the limit, " + name);
    require(on.backend.read_range(name, size - 1, 1) == bytes.substr(size - 1), "last byte");
    require(on.backend.read_range(name, size / 3, size / 3) == bytes.substr(size / 3, size / 3),
            "a range inside " + name);
  }
}

inline void odd_names(const Subject& on) {
  std::vector<std::string> names = {
      "a b",    "a+b",   "100%",    "%41",         "q?x=1&y=2", "#frag",    "semi;co",     "at@s",
      "eq=",    "it's",  "quo\"te", "back\\slash", "<&>",       "~tilde",   "*star(1)",    "Grüße",
      "日本語", "dash-", "a:b",     "[x]{y}",      "!$,",       "-leading", "dots..in..it"};
  names.push_back(std::string(200, 'n'));
  for (const std::string& odd : names) {
    std::string name = "odd names/" + odd + "/" + odd;
    require(on.writer.put(name, "<" + odd + ">", Put::replace), "put of " + name);
  }
  for (const std::string& odd : names) {
    std::string name = "odd names/" + odd + "/" + odd;
    require(on.backend.read(name, 1000) == "<" + odd + ">", "read of " + name);
    require(on.backend.stat(name).has_value(), "stat of " + name);
  }
  if (on.backend.traits().lists) {
    require(listed(on.backend, "odd names/").size() == names.size(), "odd names are listed");
    require(listed(on.backend, "odd names/a b/").contains("odd names/a b/a b"), "odd prefix");
  }
  for (const char* bad : {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a"}) {
    require_error([&] { on.backend.stat(bad); }, std::string("no name: '") + bad + "'");
    require_error([&] { on.backend.read(bad, 9); }, std::string("no name: '") + bad + "'");
  }
}

inline void reading_while_replacing(const Subject& on) {
  constexpr size_t kSize = 200000;
  std::vector<std::string> versions = {sample_bytes(kSize, 1), sample_bytes(kSize + 999, 2),
                                       std::string("short")};
  on.writer.put("replaced/file", versions[0], Put::replace);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int round = 0; round < 30; ++round) {
      on.writer.put("replaced/file", versions[static_cast<size_t>(round) % 3], Put::replace);
    }
    done = true;
  });
  std::string wrong;
  try {
    while (!done && wrong.empty()) {
      auto bytes = on.backend.read("replaced/file", kSize + 999);
      bool whole =
          bytes && (*bytes == versions[0] || *bytes == versions[1] || *bytes == versions[2]);
      if (!whole) wrong = "a reader sees one version or the other, not a mixture";
    }
  } catch (const Error& error) {
    wrong = "a file that is always there reads: " + error.message();
  }
  writer.join();
  require(wrong.empty(), wrong);
}

inline void large_file(const Subject& on) {
  std::string bytes = sample_bytes(on.large, 7);
  require(on.writer.put("large/file", bytes, Put::replace), "put of a large file");
  auto info = on.backend.stat("large/file");
  require(info && info->size == bytes.size(), "size of a large file");
  size_t step = bytes.size() / 8;
  parallel_for(
      8,
      [&](size_t i) {
        require(on.backend.read_range("large/file", i * step, step) == bytes.substr(i * step, step),
                "a range of a large file");
      },
      4);
  auto whole = on.backend.read("large/file", bytes.size());
  require(whole && sha256(*whole) == sha256(bytes), "the whole large file");
}

inline void parallel_reads(const Subject& on) {
  for (int i = 0; i < 8; ++i) {
    on.writer.put("parallel/" + std::to_string(i), sample_bytes(3000, static_cast<uint32_t>(i)),
                  Put::replace);
  }
  parallel_for(
      64,
      [&](size_t i) {
        std::string name = "parallel/" + std::to_string(i % 8);
        require(on.backend.read(name, 3000) == sample_bytes(3000, static_cast<uint32_t>(i % 8)),
                "read beside other reads");
      },
      8);
}

inline void put_and_remove(const Subject& on) {
  Backend& backend = on.backend;
  require(backend.put("put/ab/one", "first", Put::create), "create");
  require(!backend.put("put/ab/one", "second", Put::create), "create finds one");
  require(backend.read("put/ab/one", 10) == "first", "which stays");
  require(backend.put("put/ab/one", "third one", Put::replace), "replace");
  require(backend.read("put/ab/one", 10) == "third one", "the replacement");
  require(backend.put("put/ab/two", "", Put::replace), "replace nothing");
  require(backend.put("put/three", "3", Put::create), "create one level up");
  std::map<std::string, uint64_t> all = {{"put/ab/one", 9}, {"put/ab/two", 0}, {"put/three", 1}};
  require(listed(backend, "put/") == all, "list below a prefix");
  backend.put("putty/x", "x", Put::replace);
  require(listed(backend, "put/") == all, "a prefix ends with its slash");
  require(listed(backend, "put/ab/").size() == 2, "list of one directory");
  require(!listed(backend, "").empty(), "list of everything");
  require(backend.remove("put/ab/one"), "remove");
  require(!backend.remove("put/ab/one"), "remove nothing");
  require(!backend.remove("put/none/none"), "remove below nothing");
  require(!backend.read("put/ab/one", 10), "removed");
  require(listed(backend, "put/ab/").size() == 1, "not listed any more");
  require(backend.put("put/ab/one", "again", Put::create), "create after remove");
  require_error([&] { backend.put("put/.hidden", "x", Put::create); }, "a hidden name");
  require_error([&] { backend.put(".put/x", "x", Put::replace); }, "a hidden directory");
  require_error([&] { backend.list("put", [](const RemoteFile&) {}); }, "a prefix without slash");
  for (const auto& [name, size] : listed(backend, "")) {
    require(name[0] != '.' && name.find("/.") == std::string::npos, "nothing hidden is listed");
  }
}

inline void list_many(const Subject& on) {
  // Names that sort around the ends of pages.
  std::set<std::string> names;
  for (size_t i = 0; i < on.many; ++i) {
    names.insert("many/" + sha256(std::to_string(i)).hex().substr(0, 2) + "/" + std::to_string(i));
  }
  std::vector<std::string> all(names.begin(), names.end());
  parallel_for(
      all.size(), [&](size_t i) { on.writer.put(all[i], all[i], Put::replace); }, 8);
  std::map<std::string, uint64_t> found = listed(on.backend, "many/");
  require(found.size() == all.size(), "every file of many is listed");
  for (const std::string& name : all) require(found[name] == name.size(), "size of " + name);
}

inline void create_race(const Subject& on) {
  if (!on.backend.traits().atomic_create) return;
  for (int round = 0; round < 5; ++round) {
    std::string name = "race/" + std::to_string(round);
    std::atomic<int> wins{0}, winner{-1};
    std::vector<std::thread> writers;
    std::vector<std::string> errors(8);
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        try {
          if (on.backend.put(name, sample_bytes(20000, static_cast<uint32_t>(i)), Put::create)) {
            ++wins;
            winner = i;
          }
        } catch (const Error& error) {
          errors[static_cast<size_t>(i)] = error.message();
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    for (const std::string& error : errors) require(error.empty(), "no creator fails: " + error);
    require(wins == 1, "of eight creators one wins, not " + std::to_string(wins));
    require(
        on.backend.read(name, 20000) == sample_bytes(20000, static_cast<uint32_t>(winner.load())),
        "and the file is the winner's");
  }
}

inline void probing(const Subject& on, Env& env) {
  require(remote::probe(env, on.backend).writable == on.backend.traits().writable, "probe");
  if (on.backend.traits().lists) {
    require(listed(on.backend, "probe/").empty(), "the probe leaves nothing behind");
  }
}

}  // namespace conformance

inline std::vector<ConformanceCase> conformance_cases(Env& env) {
  using namespace conformance;
  return {{"absent files", false, absent},
          {"sizes and ranges", false, sizes_and_ranges},
          {"odd names", false, odd_names},
          {"reading while replacing", false, reading_while_replacing},
          {"a large file", false, large_file},
          {"parallel reads", false, parallel_reads},
          {"put, replace, remove", true, put_and_remove},
          {"a long list", true, list_many},
          {"creators race", true, create_race},
          {"probe", false, [&env](const Subject& on) { probing(on, env); }}};
}

}  // namespace mlo::test
