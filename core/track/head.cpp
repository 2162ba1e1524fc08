#include "track/head.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::track {
namespace {

constexpr std::string_view kMagic = "mlo-run-head 1";

Error malformed(const std::string& name, size_t line, std::string_view what) {
  return failure(fmt::format("{}:{}: {}", name, line, what), "'mlo fsck' lists what is damaged");
}

HeadSegment parse_line(std::string_view text, const std::string& name, size_t line) {
  const auto parts = split(text, ' ');
  if (parts.size() != 3 || !is_writer_id(parts[0]) || !parts[1].starts_with("sha256:")) {
    throw malformed(name, line, "expected 'WRITER sha256:DIGEST SIZE'");
  }
  const auto digest = parse_digest(parts[1]);
  const auto size = parse_int(parts[2]);
  if (!digest || !size || *size < 0) throw malformed(name, line, "malformed digest or size");
  return {std::string(parts[0]), *digest, static_cast<uint64_t>(*size)};
}

}  // namespace

bool is_writer_id(std::string_view text) { return text.size() == 16 && is_lower_hex(text); }
bool is_run_id(std::string_view text) { return text.size() == 32 && is_lower_hex(text); }

std::string format_head(const std::vector<HeadSegment>& segments) {
  std::string out(kMagic);
  out += '\n';
  for (const auto& segment : segments) {
    out += fmt::format("{} {} {}\n", segment.writer, segment.digest.text(), segment.size);
  }
  return out;
}

std::vector<HeadSegment> parse_head(std::string_view text, const std::string& name) {
  if (text.empty() || text.back() != '\n') throw malformed(name, 1, "truncated");
  const auto lines = split(text.substr(0, text.size() - 1), '\n');
  if (lines[0] != kMagic) {
    throw malformed(name, 1, fmt::format("expected '{}', not {}", kMagic, quoted(lines[0])));
  }
  std::vector<HeadSegment> segments;
  for (size_t i = 1; i < lines.size(); ++i) {
    segments.push_back(parse_line(lines[i], name, i + 1));
    if (i > 1 && segments[i - 2].writer >= segments[i - 1].writer) {
      throw malformed(name, i + 1, "segments out of order");
    }
  }
  return segments;
}

}  // namespace mlo::track
