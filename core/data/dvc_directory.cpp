#include "data/dvc_directory.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
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
  Reader(std::string_view text, const std::string& name) : json_(text, name), name_(name) {}

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
  const std::string& name_;
};

/// In the order of path bytes where '/' comes first, a directory's files follow it at once.
bool by_parts(const DvcFile& a, const DvcFile& b) {
  return std::lexicographical_compare(
      a.path.begin(), a.path.end(), b.path.begin(), b.path.end(), [](char x, char y) {
        auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
        return rank(x) < rank(y);
      });
}

void refuse_conflicts(const std::vector<DvcFile>& by_parts, const std::string& name) {
  for (size_t i = 1; i < by_parts.size(); ++i) {
    const std::string &before = by_parts[i - 1].path, &path = by_parts[i].path;
    if (path == before) throw failure(name + ": two files " + quoted(path));
    if (path.starts_with(before) && path[before.size()] == '/') {
      throw failure(name + ": " + quoted(before) + " is a file and a directory");
    }
  }
}

}  // namespace

std::vector<DvcFile> parse_dvc_directory(std::string_view text, const std::string& name) {
  std::vector<DvcFile> files = Reader(text, name).read();
  std::sort(files.begin(), files.end(), by_parts);
  refuse_conflicts(files, name);
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
