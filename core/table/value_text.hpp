// How one cell of text is understood: missing, number, boolean, date. The only such rules of mlo;
// training, prediction, serving and drift all read cells through them. Surrounding spaces and tabs
// are ignored by every function here; categories keep their bytes.
//
//   missing  the empty cell and pandas' default list: NA, N/A, n/a, NaN, nan, null, NULL, None, ...
//   number   decimal, optional sign and exponent; "inf"/"infinity" in any case and 1e999 give an
//            infinity, which is_finite callers refuse; thousands separators and hex are no numbers
//   boolean  true/false, yes/no, t/f, y/n, on/off, 1/0 in any case (only the first two are inferred)
//   date     ISO 8601: 2016-03-31, 2016/03/31, with an optional time, fraction and offset
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mlo::table {

bool is_missing(std::string_view text);
/// NaN is a missing value, so "nan" gives nullopt here and true in is_missing.
std::optional<double> parse_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
/// True for the words from which a boolean column is inferred: true, false, yes, no.
bool is_boolean_word(std::string_view text);
/// Days since 1970-01-01T00:00:00Z with fraction; a time without offset is taken as UTC.
std::optional<double> parse_date(std::string_view text);
/// The inverse, to the microsecond: "2016-03-31", "2016-03-31T12:30:00Z", with ".250000" if need be.
std::string date_text(double days);
/// A number as a category: the shortest text that reads back ("3", "0.5"); 3.0 gives "3".
std::string_view category_text(double number, char (&buffer)[32]);
/// True for numbers written without leading zeros or a plus sign: "3", "-0.50", "1e5", not "007".
/// A vocabulary of only such texts is compared by value, so "3", "3.0" and the JSON number 3 agree.
bool is_plain_number(std::string_view text);

}  // namespace mlo::table
