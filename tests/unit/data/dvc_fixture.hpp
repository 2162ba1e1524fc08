// A DVC repository in a workspace, made by hand as DVC makes it.
#pragma once

#include "data/dvc_directory.hpp"
#include "data/dvc_import.hpp"
#include "data_fixture.hpp"

namespace mlo::test {

struct DvcFixture : DataFixture {
  explicit DvcFixture(bool git = false) : DataFixture(git) {
    dir.write(".dvc/config", "");
    test.variables.values["DVC_SYSTEM_CONFIG_DIR"] = dir / "nothing";
    test.variables.values["HOME"] = dir / "nothing";
  }

  /// A file object of version 3 below `base`; returns the MD5.
  std::string object(const std::string& bytes, const std::string& base = ".dvc/cache",
                     const std::string& suffix = "") {
    std::string hex = md5(bytes).hex();
    dir.write(base + "/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2) + suffix, bytes, 0444);
    return hex;
  }
  void track(const std::string& path, const std::string& md5, const std::string& more = "") {
    dir.write(path + ".dvc", "outs:\n- md5: '" + md5 + "'\n  hash: md5\n  path: " +
                                 std::string(file_name(path)) + "\n" + more);
  }
  void file(const std::string& path, const std::string& bytes, const std::string& more = "") {
    track(path, object(bytes), more);
  }
  void directory(const std::string& path, const std::map<std::string, std::string>& files,
                 const std::string& base = ".dvc/cache") {
    std::vector<data::DvcFile> list;
    for (const auto& [name, bytes] : files) {
      object(bytes, base);
      list.push_back({name, md5(bytes)});
    }
    track(path, object(data::format_dvc_directory(list), base, ".dir") + ".dir");
  }
  data::DvcImportReport import(data::DvcImportOptions options = {}) {
    repo::Workspace workspace = open();
    return data::import_dvc(test.env, workspace, options);
  }
};

/// "path: reason" lines.
inline std::string left_out(const data::DvcImportReport& report) {
  std::string text;
  for (const auto& out : report.left_out) text += out.path + ": " + out.reason + "\n";
  return text;
}

}  // namespace mlo::test
