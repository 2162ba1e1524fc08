#include "data/dvc_directory.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/dvc_tree.hpp"
#include "data/python_json.hpp"

namespace mlo::data {
namespace {

bool leads_inside(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

/// Reads [{"md5": "...", "relpath": "...", ...}, ...]; other members (`size`, `isexec`, `etag`) of
/// other versions are passed over.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : json_(text, name) {}

  std::vector<DvcFile> read() {
    std::vector<DvcFile> files;
    json_.expect('[');
    if (!json_.accept(']')) {
      do {
        files.push_back(entry());
      } while (json_.accept(','));
      json_.expect(']');
    }
    json_.end();
    return files;
  }

 private:
  DvcFile entry() {
    std::optional<std::string> path, sum;
    json_.expect('{');
    if (!json_.accept('}')) {
      do {
        std::string key = json_.string();
        json_.expect(':');
        if (key == "relpath") {
          path = json_.string();
        } else if (key == "md5") {
          sum = json_.string();
        } else {
          json_.skip_scalar();
        }
      } while (json_.accept(','));
      json_.expect('}');
    }
    if (!path) throw json_.error("an entry without a 'relpath'");
    if (!leads_inside(*path)) throw json_.error("the path " + quoted(*path) + " leads outside");
    auto digest = sum ? parse_md5(*sum) : std::nullopt;
    if (!digest) throw json_.error("no MD5 for " + quoted(*path));
    return {std::move(*path), *digest};
  }

  PythonJson json_;
};

}  // namespace

std::vector<DvcFile> parse_dvc_directory(std::string_view text, const std::string& name) {
  std::vector<DvcFile> files = Reader(text, name).read();
  std::vector<std::string_view> paths;
  for (const DvcFile& file : files) paths.push_back(file.path);
  if (auto conflict = conflict_of(std::move(paths))) throw failure(name + ": " + *conflict);
  std::sort(files.begin(), files.end(),
            [](const DvcFile& a, const DvcFile& b) { return a.path < b.path; });
  return files;
}

std::string format_dvc_directory(std::vector<DvcFile> files) {
  // The bytes of UTF-8 sort as its code points do; names that are none cannot be in DVC's work trees.
  std::sort(files.begin(), files.end(),
            [](const DvcFile& a, const DvcFile& b) { return a.path < b.path; });
  std::string text = "[";
  for (const DvcFile& file : files) {
    if (text.size() > 1) text += ", ";
    text += "{\"md5\": \"" + file.md5.hex() + "\", \"relpath\": ";
    append_python_string(text, file.path);
    text += '}';
  }
  return text + "]";
}

}  // namespace mlo::data
