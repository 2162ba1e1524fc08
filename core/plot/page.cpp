#include "plot/page.hpp"

#include "base/text.hpp"
#include "plot/page_style.hpp"

namespace mlo::plot {
namespace {

std::string_view verdict_class(Verdict verdict) {
  switch (verdict) {
    case Verdict::neutral:
      return "verdict";
    case Verdict::good:
      return "verdict good";
    case Verdict::bad:
      return "verdict bad";
  }
  return "verdict";
}

/// Length of the UTF-8 sequence at the start of `text`, 0 if there is none.
size_t sequence_length(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  return length > 0 && length <= text.size() && is_utf8(text.substr(0, length)) ? length : 0;
}

void append_escaped(std::string& out, std::string_view sequence) {
  switch (sequence[0]) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&#39;";
      return;
    default:
      break;
  }
  // Control characters have no place in HTML.
  bool control = static_cast<unsigned char>(sequence[0]) < 0x20 && sequence[0] != '\n';
  out += control ? std::string_view("\xef\xbf\xbd") : sequence;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    size_t length = sequence_length(text);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      append_escaped(out, text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string render_table(const HtmlTable& table) {
  std::string html =
      "<div class=\"scroll\"><table><caption>" + escape(table.caption) + "</caption><thead><tr>";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    bool number = !table.rows.empty() && i < table.rows[0].size() && table.rows[0][i].number;
    html += std::string("<th scope=\"col\"") + (number ? " class=\"number\">" : ">") +
            escape(table.columns[i]) + "</th>";
  }
  html += "</tr></thead><tbody>\n";
  for (const std::vector<Cell>& row : table.rows) {
    html += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      html += i == 0 ? "<th scope=\"row\"" : "<td";
      html += row[i].number ? " class=\"number\">" : ">";
      html += row[i].html + (i == 0 ? "</th>" : "</td>");
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string render_page(const Page& page) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      // Nothing is fetched, whatever a value in the data looks like.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\"><title>";
  html += escape(page.title) + "</title><style>";
  html += kPageStyle;
  html += "</style></head><body><main>\n<h1>" + escape(page.title) + "</h1>\n<p class=\"";
  html += verdict_class(page.verdict);
  html += "\" style=\"margin-top:0\">" + escape(page.headline) + "</p>\n";
  if (!page.facts.empty()) {
    html += "<dl class=\"facts\">";
    for (const Fact& fact : page.facts)
      html += "<div><dt>" + escape(fact.name) + "</dt><dd>" + escape(fact.value) + "</dd></div>";
    html += "</dl>\n";
  }
  html += page.body;
  return html + "</main></body></html>\n";
}

}  // namespace mlo::plot
