// Lines that mlo keeps in a file of somebody else: a hook, git's config, an attributes file. All three
// take '#' comments, so the lines stand between two such marks and can be taken out again to the byte:
// they are put in front of what is there, never behind it, because a last line without a newline could
// not be told afterwards from one with it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mlo::repo {

/// Whether the file was there before mlo put its lines in.
enum class Origin { found, made };

/// `text` with `lines` (each with its newline) between marks, at byte `offset`, which is a start of a
/// line (or the end of `text`). A block that is there already is replaced where it stands and keeps its
/// origin.
std::string with_block(std::string_view text, std::string_view lines, size_t offset, Origin origin);

struct WithoutBlock {
  std::string text;
  Origin origin = Origin::found;
  bool had_block = false;
};
/// `text` as it was before with_block. A block without its end mark is left alone.
WithoutBlock without_block(std::string_view text);

/// The byte after a byte order mark, which git takes at the start of its files only.
size_t after_byte_order_mark(std::string_view text);

}  // namespace mlo::repo
