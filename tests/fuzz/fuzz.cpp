#include "fuzz/fuzz.hpp"

#include "fuzz/corpus.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#ifdef MLO_LIBFUZZER
/// Of libFuzzer: its main without its main().
extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv,
                                   int (*run)(const uint8_t* bytes, size_t size));
#endif

namespace mlo::fuzz {
namespace {

constexpr size_t kLongest = 1 << 16;
constexpr uint64_t kRounds = 200'000;

/// splitmix64: 2^64 numbers from one word of state.
struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  size_t below(size_t n) { return n == 0 ? 0 : next() % n; }
};

void mutate_once(std::string& text, const Target& target, Random& random) {
  size_t at = random.below(text.size() + 1);
  size_t length = random.below(std::min<size_t>(text.size() - at + 1, 33));
  static const char kBytes[] = {0,   1,   9,   10,  13,   32,  '"', '\'', ',', ':', '{', '[',
                                '-', '0', '9', '#', '\\', '/', 127, -128, -1,  -17, -19, -16};
  switch (random.below(8)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = kBytes[random.below(sizeof kBytes)];
      break;
    case 2:
      text.insert(at, 1, kBytes[random.below(sizeof kBytes)]);
      break;
    case 3:
      text.erase(at, length);
      break;
    case 4:
      text.insert(at, text.substr(random.below(text.size() + 1), length));
      break;
    case 5:
      if (!target.words.empty()) text.insert(at, target.words[random.below(target.words.size())]);
      break;
    case 6: {
      const std::string& other = target.seeds[random.below(target.seeds.size())];
      text = text.substr(0, at) + other.substr(random.below(other.size() + 1));
      break;
    }
    default: {  // many of one thing: depth, long fields
      std::string piece = text.substr(at, 1 + length % 3);
      for (size_t n = random.below(400); n > 0 && text.size() < kLongest; --n)
        text.insert(at, piece);
    }
  }
  if (text.size() > kLongest) text.resize(kLongest);
}

/// A file mapping that outlives a crash and holds the input at hand.
class InputAtHand {
 public:
  explicit InputAtHand(const std::string& target) : path_("fuzz-" + target + ".input") {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0 || ::ftruncate(fd_, kLongest + 8) != 0)
      throw std::runtime_error("cannot write " + path_);
    memory_ = static_cast<char*>(
        ::mmap(nullptr, kLongest + 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
    if (memory_ == MAP_FAILED) throw std::runtime_error("cannot map " + path_);
  }
  InputAtHand(const InputAtHand&) = delete;
  ~InputAtHand() {
    ::munmap(memory_, kLongest + 8);
    ::close(fd_);
  }
  void set(std::string_view input) {
    uint64_t size = input.size();
    std::memcpy(memory_, &size, 8);
    std::memcpy(memory_ + 8, input.data(), input.size());
  }
  void remove() const { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
  char* memory_ = nullptr;
};

/// False, with a line on stdout, when the target did what it must not.
bool try_input(const Target& target, std::string_view input, uint64_t& refused) {
  try {
    target.run(input);
    return true;
  } catch (const Error&) {
    ++refused;
    return true;
  } catch (const std::exception& error) {
    std::printf("%s: %s\n", target.name.c_str(), error.what());
  } catch (...) {
    std::printf("%s: threw something unknown\n", target.name.c_str());
  }
  return false;
}

/// Ends the process by SIGVTALRM; 0: no limit. Of processor time, so a busy machine fails no input.
void limit_time(int seconds) {
  const itimerval limit{{0, 0}, {seconds, 0}};
  ::setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

bool run_target(const Target& target, double seconds) {
  InputAtHand at_hand(target.name);
  Random random{0x6d6c6f};
  uint64_t rounds = 0, refused = 0;
  auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (; rounds < kRounds && std::chrono::steady_clock::now() < end; ++rounds) {
    std::string input = target.seeds[rounds % target.seeds.size()];
    if (rounds >= target.seeds.size()) {
      for (size_t n = 1 + random.below(6); n > 0; --n) mutate_once(input, target, random);
    }
    at_hand.set(input);
    limit_time(10);
    if (!try_input(target, input, refused)) {
      std::printf("%s: input kept in %s\n", target.name.c_str(), at_hand.path().c_str());
      return false;
    }
  }
  limit_time(0);
  at_hand.remove();
  std::printf("%-16s %8llu inputs, %llu refused\n", target.name.c_str(),
              static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(refused));
  // A target that takes everything or nothing is not looking at its input.
  bool looked = refused > 0 && refused < rounds;
  if (!looked) std::printf("%s: did not tell good from bad\n", target.name.c_str());
  return looked;
}

int replay(const Target& target, const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  uint64_t size = 0, refused = 0;
  if (bytes.size() < 8) return 2;
  std::memcpy(&size, bytes.data(), 8);
  return try_input(target, std::string_view(bytes).substr(8, size), refused) ? 0 : 1;
}

#ifdef MLO_LIBFUZZER

const Target* g_target = nullptr;

int run_one(const uint8_t* bytes, size_t size) {
  uint64_t refused = 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (!try_input(*g_target, input, refused)) std::abort();
  return 0;
}

int run_libfuzzer(const Target& target, int argc, char** argv) {
  g_target = &target;
  return LLVMFuzzerRunDriver(&argc, &argv, run_one);
}

#else

int run_libfuzzer(const Target&, int, char**) {
  std::puts("this build has no libFuzzer: configure with clang++ and MLO_PRESET=fuzz");
  return 2;
}

#endif

}  // namespace

int run_targets(std::vector<Target> targets, int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "--keep" && argc == 4) {
    print_corpus(argv[2], static_cast<size_t>(std::atoll(argv[3])));
    return 0;
  }
  const char* libfuzzer =
      argc > 1 && !mode.starts_with("--") ? std::getenv("MLO_LIBFUZZER") : nullptr;
  const char* limit = std::getenv("MLO_FUZZ_SECONDS");
  double seconds = limit == nullptr ? 4 : std::atof(limit);
  bool fine = true;
  for (Target& target : targets) {
    for (std::string& input : kept_inputs(target.name)) target.seeds.push_back(std::move(input));
    if (mode == "--names") std::puts(target.name.c_str());
    if (argc == 1) fine = run_target(target, seconds) && fine;
    if (libfuzzer != nullptr && target.name == libfuzzer) return run_libfuzzer(target, argc, argv);
    if (argc == 3 && target.name == mode) return replay(target, argv[2]);
    if (mode == "--seed" && argc == 4 && target.name == argv[2])
      write_corpus(argv[3], target.seeds, target.words);
  }
  return fine ? 0 : 1;
}

}  // namespace mlo::fuzz
