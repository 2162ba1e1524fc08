// The frame of every HTML report: one self-contained file without scripts from elsewhere, fonts,
// images or any other request, light and dark by the reader's preference, printable, and readable
// without colour. Content is passed as finished HTML; text goes through escape().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlo::plot {

/// Text for element content and quoted attributes; invalid UTF-8 becomes U+FFFD.
std::string escape(std::string_view text);

/// The large line under the title: the answer of the report in words.
enum class Verdict { neutral, good, bad };

struct Fact {
  std::string name;
  std::string value;
};

struct Page {
  std::string title;
  Verdict verdict = Verdict::neutral;
  std::string headline;     ///< text, e.g. "Drift in 4 of 6 columns"
  std::vector<Fact> facts;  ///< text pairs shown as a list under the headline
  std::string body;         ///< HTML
};

/// The whole document.
std::string render_page(const Page& page);

struct Cell {
  std::string html;
  bool number = false;  ///< right-aligned, tabular digits
};

/// An accessible table: caption, column headers with scope, the first cell of a row as its header.
struct HtmlTable {
  std::string caption;
  std::vector<std::string> columns;  ///< text
  std::vector<std::vector<Cell>> rows;
};
std::string render_table(const HtmlTable& table);

}  // namespace mlo::plot
