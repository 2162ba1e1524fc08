// Inputs that reached something new when libFuzzer ran for long (fuzz.sh): they lie in corpus/<target>, one a
// line, and are seeds of every later run, however short.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlo::fuzz {

/// One line of ASCII: bytes outside of it, and the backslash, as \xNN.
std::string escaped(std::string_view input);
/// Throws std::runtime_error for what escaped() does not write.
std::string unescaped(std::string_view line);

/// Of the target; empty where nothing is kept.
std::vector<std::string> kept_inputs(const std::string& target);

/// Writes `inputs` as files into the directory, as libFuzzer reads them, and `words` as its dictionary beside it
/// (<directory>.dict).
void write_corpus(const std::string& directory, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& words);
/// Prints the files of the directory as lines, the smallest first, at most `limit` bytes in all.
void print_corpus(const std::string& directory, size_t limit);

}  // namespace mlo::fuzz
