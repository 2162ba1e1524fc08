#include "fuzz/corpus.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace mlo::fuzz {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw std::runtime_error("a line of the corpus is not escaped");
}

}  // namespace

std::string escaped(std::string_view input) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  for (const char c : input) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      line += c;
    } else {
      line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string input;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      input += line[i];
      continue;
    }
    if (i + 3 >= line.size()) throw std::runtime_error("a line of the corpus ends in an escape");
    input += static_cast<char>(hex_digit(line[i + 2]) << 4 | hex_digit(line[i + 3]));
    i += 3;
  }
  return input;
}

std::vector<std::string> kept_inputs(const std::string& target) {
  std::vector<std::string> inputs;
  std::ifstream in(std::string(MLO_FUZZ_CORPUS "/") + target);
  for (std::string line; std::getline(in, line);) inputs.push_back(unescaped(line));
  return inputs;
}

void write_corpus(const std::string& directory, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& words) {
  std::filesystem::create_directories(directory);
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::ofstream(directory + "/seed-" + std::to_string(i), std::ios::binary) << inputs[i];
  }
  std::ofstream dictionary(directory + ".dict");
  for (const std::string& word : words) {
    std::string quoted = escaped(word);
    for (size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2) {
      quoted.insert(at, 1, '\\');
    }
    if (!word.empty()) dictionary << '"' << quoted << "\"\n";
  }
}

void print_corpus(const std::string& directory, size_t limit) {
  std::vector<std::string> lines;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    lines.push_back(escaped(read_all(file.path())));
  }
  std::ranges::sort(lines, [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
  });
  for (const std::string& line : lines) {
    if (line.size() + 1 > limit) return;
    limit -= line.size() + 1;
    std::puts(line.c_str());
  }
}

}  // namespace mlo::fuzz
