#include "repo/managed_block.hpp"

namespace mlo::repo {
namespace {

constexpr std::string_view kFound = "# >>> mlo hooks: added by 'mlo hooks install' >>>\n";
constexpr std::string_view kMade = "# >>> mlo hooks: file made by 'mlo hooks install' >>>\n";
constexpr std::string_view kEnd = "# <<< mlo hooks: 'mlo hooks uninstall' takes this out <<<\n";

/// Where `line` stands as a whole line, from `start` on.
size_t find_line(std::string_view text, std::string_view line, size_t start = 0) {
  for (size_t at = text.find(line, start); at != std::string_view::npos;
       at = text.find(line, at + 1)) {
    if (at == 0 || text[at - 1] == '\n' || at == after_byte_order_mark(text)) return at;
  }
  return std::string_view::npos;
}

struct Block {
  size_t begin = std::string_view::npos;
  size_t end = 0;
  Origin origin = Origin::found;
};

Block find_block(std::string_view text) {
  Block block;
  block.begin = find_line(text, kFound);
  if (block.begin == std::string_view::npos) {
    block.begin = find_line(text, kMade);
    block.origin = Origin::made;
  }
  if (block.begin == std::string_view::npos) return block;
  size_t end = find_line(text, kEnd, block.begin);
  if (end == std::string_view::npos) return {};
  block.end = end + kEnd.size();
  return block;
}

}  // namespace

size_t after_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

std::string with_block(std::string_view text, std::string_view lines, size_t offset,
                       Origin origin) {
  Block block = find_block(text);
  if (block.begin == std::string_view::npos) {
    block = {offset, offset, origin};
  }
  std::string result(text.substr(0, block.begin));
  result += block.origin == Origin::made ? kMade : kFound;
  result += lines;
  result += kEnd;
  result += text.substr(block.end);
  return result;
}

WithoutBlock without_block(std::string_view text) {
  Block block = find_block(text);
  if (block.begin == std::string_view::npos) return {std::string(text), Origin::found, false};
  std::string rest(text.substr(0, block.begin));
  rest += text.substr(block.end);
  return {std::move(rest), block.origin, true};
}

}  // namespace mlo::repo
