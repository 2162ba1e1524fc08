#include "plot/page.hpp"

#include <catch2/catch.hpp>

#include "plot/distribution.hpp"

using namespace mlo::plot;

TEST_CASE("escaping leaves no markup and no broken UTF-8") {
  CHECK(escape("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escape("ü 漢") == "ü 漢");
  CHECK(escape("a\xff\xc3") == "a\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(escape(std::string_view("a\0b\x1b", 4)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
}

TEST_CASE("a page is self-contained and adapts to light and dark") {
  Page page{"drift of <x>", Verdict::bad, "Drift", {{"rows", "10 & more"}}, "<p>body</p>"};
  std::string html = render_page(page);
  CHECK(html.rfind("<!DOCTYPE html>", 0) == 0);
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  CHECK(html.find("url(") == std::string::npos);
  CHECK(html.find("@import") == std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("prefers-color-scheme:dark") != std::string::npos);
  CHECK(html.find("drift of &lt;x&gt;") != std::string::npos);
  CHECK(html.find("10 &amp; more") != std::string::npos);
  CHECK(html.find("verdict bad") != std::string::npos);
  CHECK(html.find("<p>body</p>") != std::string::npos);
}

TEST_CASE("tables name their rows and columns") {
  std::string html = render_table({"All columns", {"column", "score"}, {{{"age"}, {"0.1", true}}}});
  CHECK(html.find("<caption>All columns</caption>") != std::string::npos);
  CHECK(html.find("<th scope=\"col\" class=\"number\">score</th>") != std::string::npos);
  CHECK(html.find("<th scope=\"row\">age</th>") != std::string::npos);
  CHECK(html.find("<td class=\"number\">0.1</td>") != std::string::npos);
}

TEST_CASE("a histogram draws both sides on the same bins") {
  Distribution distribution{"age", {0, 10, 20}, {}, {0.25, 0.75}, {0.5, 0.5}};
  std::string svg = svg_distribution(distribution, 480);
  CHECK(svg.find("class=\"reference\"") != std::string::npos);
  CHECK(svg.find("class=\"current\"") != std::string::npos);
  CHECK(svg.find("0 to 10\nreference 25.0%\ncurrent 50.0%") != std::string::npos);
}

TEST_CASE("categories show their labels, cut where they are long, never as markup") {
  Distribution distribution{
      "c", {}, {"<b>", "", std::string(40, 'w'), "ü"}, {0.5, 0.5, 0, 0}, {0.1, 0.2, 0.3, 0.4}};
  std::string svg = svg_distribution(distribution, 480);
  CHECK(svg.find("<b>") == std::string::npos);
  CHECK(svg.find("&lt;b&gt;") != std::string::npos);
  CHECK(svg.find("(empty)") != std::string::npos);
  CHECK(svg.find(">" + std::string(19, 'w') + "…<") != std::string::npos);
  CHECK(svg.find("30.0%") != std::string::npos);
  CHECK(svg_distribution({}, 480).empty());
}

TEST_CASE("capital letters get the room that they need") {
  const auto axis = [](const std::string& label) {
    const std::string svg = svg_distribution({"c", {}, {label}, {1}, {1}}, 480);
    return std::stod(svg.substr(svg.find("x1=\"") + 4));
  };
  CHECK(axis("MMMMMMMMMM") > axis("iiiiiiiiii") + 20);
  CHECK(axis("MMMMMMMMMM") >= 95);
}

TEST_CASE("sparklines scale to their largest and show every share above zero") {
  std::vector<double> shares = {0, 0.0001, 0.5, 1};
  CHECK(sparkline(shares) == " ▁▄█");
  CHECK(sparkline(shares, Charset::ascii) == " .=@");
  CHECK(sparkline(std::vector<double>{0, 0}) == "  ");
}
