#include "track/run_name.hpp"

#include <array>
#include <charconv>

namespace mlo::track {
namespace {

constexpr std::array<std::string_view, 32> kAdjectives = {
    "amber", "bold",  "brave", "brisk", "calm",  "clear", "crisp", "deft",
    "eager", "early", "fair",  "fleet", "fresh", "glad",  "grand", "keen",
    "kind",  "light", "lucid", "merry", "mild",  "neat",  "noble", "proud",
    "quick", "quiet", "rapid", "sharp", "solid", "sunny", "vivid", "warm"};
constexpr std::array<std::string_view, 32> kAnimals = {
    "badger", "beaver", "bison",  "crane", "dingo",  "eagle", "egret",  "falcon",
    "ferret", "finch",  "gecko",  "hare",  "heron",  "ibex",  "jackal", "koala",
    "lemur",  "lynx",   "marten", "newt",  "ocelot", "orca",  "otter",  "panda",
    "puffin", "raven",  "robin",  "seal",  "stork",  "tapir", "vole",   "wombat"};

size_t pick(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value % 32;
}

}  // namespace

std::string run_name(std::string_view id) {
  return std::string(kAdjectives[pick(id.substr(0, 2))]) + "-" +
         std::string(kAnimals[pick(id.substr(2, 2))]) + "-" + std::string(id.substr(0, 4));
}

}  // namespace mlo::track
