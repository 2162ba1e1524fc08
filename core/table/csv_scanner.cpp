#include "table/csv_scanner.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace mlo::table {
namespace {

constexpr size_t kBlock = 64;

struct Masks {
  uint64_t quotes = 0, delimiters = 0, newlines = 0;
  bool unusual = false;  ///< NUL or non-ASCII
};

#ifdef __SSE2__

Masks masks_of(const char* block, char delimiter) {
  const __m128i quote = _mm_set1_epi8('"'), comma = _mm_set1_epi8(delimiter),
                newline = _mm_set1_epi8('\n');
  Masks masks;
  __m128i any = _mm_setzero_si128(), least = _mm_set1_epi8(-1);
  for (int i = 0; i < 4; ++i) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + i);
    auto bits = [&](__m128i what) {
      auto mask = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, what)));
      return static_cast<uint64_t>(mask) << (16 * i);
    };
    masks.quotes |= bits(quote);
    masks.delimiters |= bits(comma);
    masks.newlines |= bits(newline);
    any = _mm_or_si128(any, bytes);
    least = _mm_min_epu8(least, bytes);
  }
  __m128i zero = _mm_cmpeq_epi8(least, _mm_setzero_si128());
  masks.unusual = _mm_movemask_epi8(_mm_or_si128(any, zero)) != 0;
  return masks;
}

#else

constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;

/// Bit i is set where byte i of `word` equals `c`. Exact for every byte (no borrow crosses bytes).
uint64_t equal_bits(uint64_t word, char c) {
  uint64_t x = word ^ (kOnes * static_cast<unsigned char>(c));
  uint64_t zero = ~(((x & ~kHigh) + ~kHigh) | x | ~kHigh);
  return (zero >> 7) * 0x0102040810204080 >> 56;
}

Masks masks_of(const char* block, char delimiter) {
  Masks masks;
  for (int i = 0; i < 8; ++i) {
    uint64_t word;
    std::memcpy(&word, block + 8 * i, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    masks.quotes |= equal_bits(word, '"') << (8 * i);
    masks.delimiters |= equal_bits(word, delimiter) << (8 * i);
    masks.newlines |= equal_bits(word, '\n') << (8 * i);
    masks.unusual |= (word & kHigh) != 0 || equal_bits(word, '\0') != 0;
  }
  return masks;
}

#endif

/// Bit i of the result is the exclusive-or of bits 0..i.
uint64_t running_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

void CsvScanner::scan_block(const char* block, size_t offset, uint64_t valid) {
  Masks masks = masks_of(block, delimiter_);
  needs_check_ |= masks.unusual;
  uint64_t quotes = masks.quotes & valid;
  uint64_t quoted = inside_;
  if (quotes != 0) {
    has_quotes_ = true;
    quoted ^= running_xor(quotes);
    inside_ = static_cast<uint64_t>(static_cast<int64_t>(quoted) >> 63);
  }
  uint64_t newlines = masks.newlines & valid & ~quoted;
  uint64_t ends = (masks.delimiters & valid & ~quoted) | newlines;
  if (ends == 0) return;
  if (marks_.size() < count_ + kBlock) marks_.resize(2 * count_ + 1024);
  uint32_t* mark = marks_.data() + count_;
  for (uint64_t bits = ends; bits != 0; bits &= bits - 1) {
    int bit = std::countr_zero(bits);
    bool row_end = (newlines >> bit & 1) != 0;
    *mark++ = static_cast<uint32_t>(offset + static_cast<size_t>(bit)) | (row_end ? kRowEnd : 0);
    if (row_end) complete_ = static_cast<size_t>(mark - marks_.data());
  }
  count_ = static_cast<size_t>(mark - marks_.data());
}

size_t CsvScanner::scan(std::string_view window, bool last) {
  if (scanned_ == 0) {
    count_ = complete_ = 0;
    inside_ = 0;
    has_quotes_ = needs_check_ = false;
  }
  size_t at = scanned_;
  for (; at + kBlock <= window.size(); at += kBlock) scan_block(window.data() + at, at, ~0ull);
  size_t count = count_;
  uint64_t inside = inside_;
  if (size_t rest = window.size() - at; rest > 0) {
    char block[kBlock];
    std::memset(block, ' ', kBlock);
    std::memcpy(block, window.data() + at, rest);
    scan_block(block, at, (1ull << rest) - 1);
  }
  open_quote_ = inside_ != 0;
  shown_ = complete_;
  size_t end = complete_ == 0 ? 0 : (marks_[complete_ - 1] & ~kRowEnd) + 1;
  scanned_ = 0;
  if (last) {
    if (end < window.size()) {
      marks_.resize(std::max(marks_.size(), count_ + 1));
      marks_[count_++] = static_cast<uint32_t>(window.size()) | kRowEnd;
    }
    shown_ = count_;
    return window.size();
  }
  if (end == 0) {  // to be continued behind the last whole block
    scanned_ = at;
    count_ = count;
    inside_ = inside;
  }
  return end;
}

}  // namespace mlo::table
