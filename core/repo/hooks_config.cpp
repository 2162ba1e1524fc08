#include "repo/hooks_config.hpp"

#include "base/text.hpp"
#include "format/fields.hpp"

namespace mlo::repo {
namespace {

std::optional<double> unit_of(std::string_view unit) {
  constexpr std::string_view kUnits = "KMGT";
  if (unit.empty() || unit == "B") return 1;
  size_t power = kUnits.find(unit[0] == 'k' ? 'K' : unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  std::string_view rest = unit.substr(1);
  double base = rest == "B" ? 1000 : rest == "iB" || rest.empty() ? 1024 : 0;
  if (base == 0) return std::nullopt;
  double factor = base;
  for (size_t i = 0; i < power; ++i) factor *= base;
  return factor;
}

void read(const format::Value& node, const std::string& file, const std::string& where,
          HooksConfig& config) {
  format::Fields fields(node, file, where);
  if (const format::Value* size = fields.any("max_file_size")) {
    bool off = size->is_string() ? size->as_string() == "off" : size->is_bool() && !size->as_bool();
    std::optional<uint64_t> bytes;
    if (size->is_string()) bytes = parse_byte_size(size->as_string());
    if (size->is_int() && size->as_int() >= 0) bytes = static_cast<uint64_t>(size->as_int());
    if (!off && !bytes) {
      throw fields.error("max_file_size must be a size such as 10MiB, or off", size);
    }
    config.max_file_size = off ? std::nullopt : bytes;
  }
  fields.finish();
}

}  // namespace

std::optional<uint64_t> parse_byte_size(std::string_view text) {
  size_t digits = text.find_first_not_of("0123456789.");
  std::string_view number = text.substr(0, digits);
  std::string_view unit = digits == std::string_view::npos ? "" : trimmed(text.substr(digits));
  auto value = number.empty() ? std::nullopt : parse_double(number);
  auto factor = unit_of(unit);
  if (!value || !factor || *value * *factor >= 9.2e18) return std::nullopt;
  return static_cast<uint64_t>(*value * *factor);
}

HooksConfig hooks_config(const Config& config, const LocalConfig& local) {
  HooksConfig hooks;
  if (const format::Value* node = config.find("policies", "hooks")) {
    read(*node, config.file, "policies.hooks", hooks);
  }
  if (const format::Value* node = local.document.find("hooks")) {
    read(*node, local.file, "hooks", hooks);
  }
  return hooks;
}

}  // namespace mlo::repo
