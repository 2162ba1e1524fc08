// Dates of value_text.hpp: ISO 8601 to days since 1970 and back.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "table/ascii.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {

// Reads fixed-width fields from the front of a date.
class DateScanner {
 public:
  explicit DateScanner(std::string_view text) : rest_(text) {}
  bool empty() const { return rest_.empty(); }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// The digits behind a decimal point, as a fraction; nullopt without a digit.
  std::optional<double> fraction() {
    double value = 0, scale = 1;
    size_t count = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      value = value * 10 + (rest_[count] - '0');
      scale *= 10;
    }
    if (count == 0 || count > 15) return std::nullopt;
    rest_.remove_prefix(count);
    return value / scale;
  }

 private:
  std::string_view rest_;
};

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  static constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, days_from_civil).
int64_t days_from_civil(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/// "Z", "+02:00", "+0200" or nothing, in seconds east of UTC; nullopt if malformed.
std::optional<int> zone_offset(DateScanner& scan) {
  if (scan.empty() || scan.accept('Z') || scan.accept('z')) return 0;
  int sign = scan.accept('+') ? 1 : scan.accept('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  auto hours = scan.digits(2);
  scan.accept(':');
  auto minutes = scan.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

/// "12:30", "12:30:05", "12:30:05.25" and a zone, in seconds of the day in UTC.
std::optional<double> time_of_day(DateScanner& scan) {
  auto hour = scan.digits(2);
  if (!hour || *hour > 23 || !scan.accept(':')) return std::nullopt;
  auto minute = scan.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = 0;
  if (scan.accept(':')) {
    auto whole = scan.digits(2);
    if (!whole || *whole > 60) return std::nullopt;
    seconds = *whole;
    if (scan.accept('.')) {
      auto fraction = scan.fraction();
      if (!fraction) return std::nullopt;
      seconds += *fraction;
    }
  }
  auto offset = zone_offset(scan);
  if (!offset) return std::nullopt;
  return *hour * 3600 + *minute * 60 + seconds - *offset;
}

}  // namespace

std::optional<double> parse_date(std::string_view text) {
  DateScanner scan(strip(text));
  auto year = scan.digits(4);
  if (!year) return std::nullopt;
  char separator = scan.accept('-') ? '-' : scan.accept('/') ? '/' : '\0';
  auto month = separator == '\0' ? std::nullopt : scan.digits(2);
  if (!month || *month < 1 || *month > 12 || !scan.accept(separator)) return std::nullopt;
  auto day = scan.digits(2);
  if (!day || *day < 1 || *day > days_in_month(*year, *month)) return std::nullopt;
  auto days = static_cast<double>(days_from_civil(*year, *month, *day));
  if (scan.empty()) return days;
  if (!scan.accept('T') && !scan.accept(' ')) return std::nullopt;
  auto seconds = time_of_day(scan);
  if (!seconds || !scan.empty()) return std::nullopt;
  // One rounding, from the whole number of seconds: date_text reads back to the same double.
  return (days * 86400 + *seconds) / 86400;
}

std::string date_text(double days) {
  constexpr int64_t kDay = 86400'000000;
  int64_t total = std::llround(days * kDay);
  int64_t micros = (total % kDay + kDay) % kDay;
  int64_t z = (total - micros) / kDay + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::string date = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (micros == 0) return date;
  int64_t seconds = micros / 1000000, fraction = micros % 1000000;
  date += fmt::format("T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return date + (fraction == 0 ? "Z" : fmt::format(".{:06}Z", fraction));
}

}  // namespace mlo::table
