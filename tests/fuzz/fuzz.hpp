// Short, deterministic fuzzing of the parsers of foreign bytes: seeds are mutated (bytes flipped,
// pieces cut, repeated, spliced with other seeds and dictionary words) by a fixed generator, so the
// same build sees the same inputs in the same order. Long fuzzing is libFuzzer's (fuzz.sh), and what it
// found is among the seeds. A target may return or throw mlo::Error;
// anything else (another exception, a sanitizer report, 10 s without an answer) fails the test. The
// input at hand lies in `fuzz-<target>.input` of the working directory, also after a crash, and
// `fuzz_<room> <target> FILE` plays it again.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mlo::fuzz {

struct Target {
  std::string name;
  std::vector<std::string> seeds;
  std::vector<std::string> words;  ///< tokens of the format
  std::function<void(std::string_view)> run;
};

/// A property that does not hold, e.g. parse(print(x)) != x.
inline void require(bool holds, const char* property) {
  if (!holds) throw std::logic_error(property);
}

/// The main of every fuzz program. MLO_FUZZ_SECONDS bounds each target (default 4).
///
///   fuzz_<room>                              every target, as above
///   fuzz_<room> TARGET FILE                  plays a kept input again
///   fuzz_<room> --names                      prints the targets
///   fuzz_<room> --seed TARGET DIR            writes seeds and dictionary as libFuzzer reads them
///   fuzz_<room> --keep DIR BYTES             prints libFuzzer's inputs as lines of corpus/<target>
///   MLO_LIBFUZZER=TARGET fuzz_<room> ...     libFuzzer with its own arguments (it starts itself again with
///                                            them, to merge); the build with MLO_PRESET=fuzz
int run_targets(std::vector<Target> targets, int argc, char** argv);

}  // namespace mlo::fuzz
