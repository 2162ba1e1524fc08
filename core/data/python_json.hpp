// JSON as Python's `json` module writes and reads it, where it differs from RFC 8259 readers: strings
// are ASCII with everything else escaped, and bytes of file names that are no UTF-8 are lone low
// surrogates (surrogateescape). Only what DVC's directory objects need: flat objects in a list.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mlo::data {

/// Appends `text` (any bytes) as json.dumps prints it, with quotes; 0x7f is escaped too.
void append_python_string(std::string& out, std::string_view text);

/// A cursor over JSON text; every method throws failure "<name>:<line>:<column>: ..." at what it does
/// not expect. White space between tokens is passed over.
class PythonJson {
 public:
  PythonJson(std::string_view text, const std::string& name) : text_(text), name_(name) {}
  void expect(char token);
  bool accept(char token);
  /// A string's bytes: UTF-8, lone \udc80-\udcff as the byte that they stand for.
  std::string string();
  /// A string, number, true, false or null.
  void skip_scalar();
  /// Nothing but white space may follow.
  void end();
  Error error(const std::string& message) const;

 private:
  void skip_space();
  void append_escape(std::string& out);
  unsigned hex4();

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
};

}  // namespace mlo::data
