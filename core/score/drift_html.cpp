#include "score/drift_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "drift/tests.hpp"
#include "plot/page.hpp"
#include "score/distributions.hpp"

namespace mlo::score {
namespace {

using drift::ColumnDrift;
using drift::ColumnProfile;
using plot::escape;

constexpr size_t kBars = 24;        // bins of a histogram
constexpr size_t kCategories = 10;  // bars of a categorical column
constexpr size_t kNamedUnseen = 5;

std::string percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

std::string missing_share(const ColumnProfile& column) {
  if (column.rows == 0) return "–";
  return percent(static_cast<double>(column.missing + column.infinite) /
                 static_cast<double>(column.rows));
}

std::string tag(const ColumnDrift& column) {
  if (!column.tested()) return "<span class=\"tag\">not tested</span>";
  return column.drifted ? "<span class=\"tag bad\">drift</span>"
                        : "<span class=\"tag good\">no drift</span>";
}

std::string_view comparison(const drift::Test& test) {
  switch (test.rule) {
    case drift::Rule::at_most:
      return "≤";
    case drift::Rule::below:
      return "<";
    case drift::Rule::at_least:
      return "≥";
    case drift::Rule::above:
      return ">";
  }
  return "";
}

/// "drift where ≤ 0.05".
std::string threshold_text(const ColumnDrift& column) {
  return fmt::format("{} {}", comparison(*drift::find_test(column.test)),
                     score_text(column.threshold));
}

std::string overview(const DriftCheckReport& report) {
  plot::HtmlTable table{"Every compared column, with the test that was chosen for it",
                        {"Column", "Result", "Type", "Test", "Score", "Drift where", "Missing"},
                        {}};
  for (size_t i = 0; i < report.drift.columns.size(); ++i) {
    const ColumnDrift& column = report.drift.columns[i];
    bool tested = column.tested();
    std::string name = escape(printable(column.name));
    std::string before = missing_share(report.reference_profile.columns[i]);
    std::string now = missing_share(report.current_profile.columns[i]);
    table.rows.push_back({{tested ? fmt::format("<a href=\"#column-{}\">{}</a>", i, name) : name},
                          {tag(column)},
                          {std::string(type_name(column.type))},
                          {escape(tested ? drift::find_test(column.test)->title : column.reason)},
                          {tested ? score_text(column.score) : "–", true},
                          {tested ? threshold_text(column) : "–", true},
                          {before == now ? now : before + " → " + now, true}});
  }
  return "<h2>Columns</h2>\n" + plot::render_table(table);
}

/// The numbers behind a picture, for those who cannot see it or want them exactly.
std::string numbers_behind(const ColumnProfile& reference, const ColumnProfile& current) {
  std::string html =
      "<details><summary>Numbers</summary><table><thead><tr><th></th>"
      "<th scope=\"col\" class=\"number\">reference</th>"
      "<th scope=\"col\" class=\"number\">current</th></tr></thead><tbody>";
  auto row = [&](const char* name, const std::string& before, const std::string& now) {
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td></tr>",
        name, before, now);
  };
  auto counts = [&](const char* name, uint64_t ColumnProfile::*field) {
    row(name, std::to_string(reference.*field), std::to_string(current.*field));
  };
  counts("rows", &ColumnProfile::rows);
  counts("missing", &ColumnProfile::missing);
  if (reference.infinite + current.infinite > 0) counts("infinite", &ColumnProfile::infinite);
  counts("distinct values", &ColumnProfile::distinct);
  if (reference.moments && current.moments) {
    auto moment = [&](const char* name, auto value) {
      row(name, score_text(value(*reference.moments)), score_text(value(*current.moments)));
    };
    moment("mean", [](const drift::Moments& m) { return m.mean; });
    moment("standard deviation", [](const drift::Moments& m) { return std::sqrt(m.variance); });
    moment("minimum", [](const drift::Moments& m) { return m.min; });
    moment("maximum", [](const drift::Moments& m) { return m.max; });
  }
  return html + "</tbody></table></details>";
}

std::string notes(const DrawnColumn& drawn) {
  std::string text;
  if (!drawn.unseen.empty()) {
    text = "Not in the reference: ";
    for (size_t i = 0; i < std::min(drawn.unseen.size(), kNamedUnseen); ++i)
      text += (i > 0 ? ", " : "") + quoted(drawn.unseen[i]);
    if (drawn.unseen.size() > kNamedUnseen)
      text += fmt::format(" and {} more", drawn.unseen.size() - kNamedUnseen);
  }
  if (drawn.outside > 0) text += fmt::format("{} far outlying values are not drawn", drawn.outside);
  return text.empty() ? "" : "<p>" + escape(text) + "</p>";
}

std::string card(const DriftCheckReport& report, size_t index) {
  const ColumnDrift& column = report.drift.columns[index];
  const ColumnProfile& reference = report.reference_profile.columns[index];
  const ColumnProfile& current = report.current_profile.columns[index];
  std::string html =
      fmt::format("<section class=\"card{}\" id=\"column-{}\"><header><h3>{}</h3>{}</header>",
                  column.drifted ? " bad" : "", index, escape(printable(column.name)), tag(column));
  html += fmt::format("<p>{}: <strong>{}</strong>, drift where {}</p>",
                      escape(drift::find_test(column.test)->title), score_text(column.score),
                      threshold_text(column));
  size_t bars = column.type == drift::ColumnType::numeric ? kBars : kCategories;
  if (auto drawn = draw_column(reference, current, bars))
    html += plot::svg_distribution(drawn->distribution, 460) + notes(*drawn);
  return html + numbers_behind(reference, current) + "</section>\n";
}

/// Drifted columns first, then the others.
std::string cards(const DriftCheckReport& report) {
  std::string html =
      "<h2>Distributions</h2>\n<p class=\"key\"><span class=\"is-reference\">reference</span>"
      "<span class=\"is-current\">current</span></p>\n<div class=\"cards\">\n";
  for (bool drifted : {true, false})
    for (size_t i = 0; i < report.drift.columns.size(); ++i) {
      const ColumnDrift& column = report.drift.columns[i];
      if (column.tested() && column.drifted == drifted) html += card(report, i);
    }
  return html + "</div>\n";
}

std::vector<plot::Fact> facts(const DriftCheckReport& report) {
  uint64_t reference_rows = 0;
  for (const ColumnProfile& column : report.reference_profile.columns)
    reference_rows = std::max(reference_rows, column.rows);
  std::vector<plot::Fact> list = {
      {"Reference", printable(report.reference) + " (" + report.drift.reference + ")"},
      {"Current data", printable(report.data)},
      {"Reference rows", std::to_string(reference_rows)},
      {"Current rows", std::to_string(report.rows)},
      {"Share of drifted columns", fmt::format("{} (limit {})", score_text(report.drift.share),
                                               score_text(report.drift.threshold))}};
  if (!report.drift.failed_on.empty())
    list.push_back({"Columns that suffice alone", join(report.drift.failed_on, ", ")});
  return list;
}

}  // namespace

std::string score_text(double value) { return fmt::format("{:.4g}", value); }

std::string headline(const drift::DriftReport& report) {
  const std::string columns = counted(report.tested, "column");
  std::string counts = fmt::format("{} of {}", report.drifted_columns, columns);
  if (report.drifted) return "drift in " + counts;  // first: with a share of 0 no column need drift
  if (report.drifted_columns == 0) return "no drift in " + columns;
  return "no drift: " + counts + " drifted, below the limit";
}

std::string drift_html(const DriftCheckReport& report, Time created) {
  plot::Page page;
  page.title = "Drift check: " + printable(report.name);
  page.verdict = report.drift.drifted ? plot::Verdict::bad : plot::Verdict::good;
  page.headline = headline(report.drift);
  page.headline[0] = report.drift.drifted ? 'D' : 'N';
  page.facts = facts(report);
  page.body = overview(report) + cards(report) + "<footer>mlo drift check, " +
              format_time(created) + "</footer>\n";
  return plot::render_page(page);
}

}  // namespace mlo::score
