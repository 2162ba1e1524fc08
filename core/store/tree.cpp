// The bytes of one tree object.
#include "store/tree.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/tree_text.hpp"

namespace mlo::store {
namespace {

struct ModeText {
  uint32_t mode;
  std::string_view text;
};
constexpr std::array<ModeText, 5> kModes = {{{kFileMode, "100644"},
                                             {kExecutableMode, "100755"},
                                             {kSymlinkMode, "120000"},
                                             {kDirectoryMode, "40000"},
                                             {kLeafMode, "40001"}}};

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
  });
}

// Why this entry may not follow `before` (nullptr: first); empty if it may.
std::string complaint(const TreeEntry& entry, const TreeEntry* before) {
  if (auto bad = bad_tree_name(entry.name)) return "name " + quoted(entry.name) + " " + *bad;
  if (before != nullptr && before->name >= entry.name) {
    return before->name == entry.name ? "name " + quoted(entry.name) + " stands twice"
                                      : "name " + quoted(entry.name) + " is out of order";
  }
  if (before != nullptr && (before->mode == kLeafMode) != (entry.mode == kLeafMode)) {
    return "leaves and entries are mixed";
  }
  bool directory = entry.mode == kDirectoryMode || entry.mode == kLeafMode;
  if (!directory && entry.count != 1) return "the count of " + quoted(entry.name) + " is not 1";
  return "";
}

// Walks over the text of one tree.
class TreeParser {
 public:
  TreeParser(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  std::vector<TreeEntry> parse() {
    if (!rest_.starts_with(kTreeHeader)) fail("it is not a tree of version 1");
    rest_.remove_prefix(kTreeHeader.size());
    std::vector<TreeEntry> entries;
    while (!rest_.empty()) {
      TreeEntry entry = parse_entry();
      std::string bad = complaint(entry, entries.empty() ? nullptr : &entries.back());
      if (!bad.empty()) fail(bad);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw failure("tree " + name_ + " is malformed: " + why);
  }
  std::string_view take(char end) {
    size_t at = rest_.find(end);
    if (at == std::string_view::npos) fail("an entry is cut off");
    std::string_view word = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return word;
  }
  uint64_t number(std::string_view text) const {
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool canonical = text == "0" || !text.starts_with("0");
    if (error != std::errc() || end != text.data() + text.size() || !canonical) {
      fail(quoted(text) + " is not a number");
    }
    return value;
  }
  TreeEntry parse_entry() {
    TreeEntry entry;
    std::string_view mode = take(' ');
    auto known = std::find_if(kModes.begin(), kModes.end(),
                              [&](const ModeText& item) { return item.text == mode; });
    if (known == kModes.end()) fail("mode " + quoted(mode) + " is unknown");
    entry.mode = known->mode;
    std::string_view hex = take(' ');
    std::optional<Digest> digest = parse_digest(hex);
    if (!digest || hex.size() != 64) fail(quoted(hex) + " is not a digest");
    entry.digest = *digest;
    entry.size = number(take(' '));
    entry.count = number(take(' '));
    entry.name = take('\0');
    return entry;
  }

  std::string_view rest_;
  const std::string& name_;
};

// True where a leaf begins: one name in 1,024.
bool cuts(std::string_view name) {
  Digest digest = sha256(name);
  return digest.bytes[31] == 0 && (digest.bytes[30] & 3) == 0;
}

}  // namespace

std::optional<std::string> bad_tree_name(std::string_view name) {
  if (name.empty()) return "is empty";
  // No file system has longer ones, and whoever cut one off would make another name of it: ".git" perhaps.
  if (name.size() > kLongestName) return "is longer than 255 bytes";
  if (name == "." || name == "..") return "means a directory";
  if (name.find('/') != std::string_view::npos) return "contains a slash";
  if (name.find('\0') != std::string_view::npos) return "contains a NUL byte";
  if (equal_ignoring_case(name, ".git") || equal_ignoring_case(name, ".mlo")) return "is reserved";
  return std::nullopt;
}

std::string encode_tree(std::span<const TreeEntry> entries) {
  std::string out(kTreeHeader);
  const TreeEntry* before = nullptr;
  for (const TreeEntry& entry : entries) {
    std::string bad = complaint(entry, before);
    auto mode = std::find_if(kModes.begin(), kModes.end(),
                             [&](const ModeText& item) { return item.mode == entry.mode; });
    if (bad.empty() && mode == kModes.end())
      bad = "the mode of " + quoted(entry.name) + " is unknown";
    if (!bad.empty()) throw failure("cannot make a tree: " + bad);
    append_tree_entry(out, entry.mode, entry.digest, entry.size, entry.count, entry.name);
    before = &entry;
  }
  return out;
}

std::vector<TreeEntry> parse_tree(std::string_view bytes, const std::string& name) {
  return TreeParser(bytes, name).parse();
}

bool looks_like_tree(std::string_view bytes) { return bytes.starts_with(kTreeHeader); }

std::vector<size_t> leaf_starts(std::span<const TreeEntry> sorted) {
  std::vector<size_t> starts = {0};
  if (sorted.size() <= kSplitEntries) return starts;
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (i - starts.back() == kLeafEntries || cuts(sorted[i].name)) starts.push_back(i);
  }
  return starts;
}

static TreeEntry add_tree(const TreeSink& sink, std::span<const TreeEntry> entries, uint32_t mode) {
  TreeEntry tree{mode, sink(encode_tree(entries)), 0, 0, ""};
  for (const TreeEntry& entry : entries) {
    tree.size += entry.size;
    tree.count += entry.count;
  }
  return tree;
}

TreeEntry build_tree(std::vector<TreeEntry> entries, const TreeSink& sink) {
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
  if (entries.size() <= kSplitEntries) return add_tree(sink, entries, kDirectoryMode);
  std::vector<size_t> starts = leaf_starts(entries);
  std::vector<TreeEntry> leaves;
  for (size_t i = 0; i < starts.size(); ++i) {
    size_t end = i + 1 < starts.size() ? starts[i + 1] : entries.size();
    std::span<const TreeEntry> part = std::span(entries).subspan(starts[i], end - starts[i]);
    leaves.push_back(add_tree(sink, part, kLeafMode));
    leaves.back().name = part.front().name;
  }
  return add_tree(sink, leaves, kDirectoryMode);
}

TreeEntry write_tree(Batch& batch, std::vector<TreeEntry> entries) {
  return build_tree(std::move(entries), [&](std::string_view bytes) { return batch.add(bytes); });
}

TreeEntry hash_tree(std::vector<TreeEntry> entries) {
  return build_tree(std::move(entries), [](std::string_view bytes) { return sha256(bytes); });
}

}  // namespace mlo::store
