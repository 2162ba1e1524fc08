#include "track/filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "track/field.hpp"

namespace mlo::track {

using format::Value;

struct Filter::Node {
  enum class Kind { all, any, none, compare };
  Kind kind = Kind::all;
  std::vector<std::unique_ptr<Node>> parts;  // all, any; none: exactly one
  Field field;
  std::string op;
  Value literal;
};

namespace {

using Node = Filter::Node;

constexpr int kDeepest = 100;  // nested parentheses: the parser is recursive

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

struct Token {
  enum class Kind { word, text, op, open, close, end };
  Kind kind = Kind::end;
  std::string text;
  size_t at = 0;
};

Error at_position(size_t at, std::string_view message, std::string hint = "") {
  if (hint.empty()) hint = "for example: metrics.val/auc > 0.9 and params.lr < 0.01";
  return usage(fmt::format("filter:1:{}: {}", at + 1, message), std::move(hint));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ == text_.size()) return {Token::Kind::end, "", at_};
    const char c = text_[at_];
    if (c == '(') return {Token::Kind::open, "(", at_++};
    if (c == ')') return {Token::Kind::close, ")", at_++};
    if (c == '\'' || c == '"') return quoted_text(c);
    if (std::string_view("=!<>").find(c) != std::string_view::npos) return operation();
    return word();
  }

 private:
  Token quoted_text(char mark) {
    const size_t start = at_;
    const size_t end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) throw at_position(start, "the quote is not closed");
    at_ = end + 1;
    return {Token::Kind::text, std::string(text_.substr(start + 1, end - start - 1)), start};
  }

  Token operation() {
    const size_t start = at_++;
    if (at_ < text_.size() && text_[at_] == '=') ++at_;
    std::string op(text_.substr(start, at_ - start));
    if (op == "==") op = "=";
    if (op == "!") throw at_position(start, "expected '!=', not '!'");
    return {Token::Kind::op, std::move(op), start};
  }

  /// A bare word; quotes inside (metrics."val loss") run to their end.
  Token word() {
    const size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::isspace(static_cast<unsigned char>(c)) ||
          std::string_view("()=!<>'").find(c) != std::string_view::npos) {
        break;
      }
      if (c == '"' || c == '`') {
        const size_t end = text_.find(c, at_ + 1);
        if (end == std::string_view::npos) throw at_position(at_, "the quote is not closed");
        at_ = end;
      }
      ++at_;
    }
    if (at_ == start)
      throw at_position(start, fmt::format("unexpected {}", quoted(text_.substr(at_, 1))));
    return {Token::Kind::word, std::string(text_.substr(start, at_ - start)), start};
  }

  std::string_view text_;
  size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  std::unique_ptr<Node> parse() {
    if (token_.kind == Token::Kind::end) return std::make_unique<Node>();  // all of nothing: true
    auto node = expression(0);
    if (token_.kind != Token::Kind::end) throw unexpected("'and', 'or' or the end");
    return node;
  }

 private:
  bool is_word(std::string_view word) const {
    return token_.kind == Token::Kind::word && lower(token_.text) == word;
  }
  Error unexpected(std::string_view expected) const {
    const std::string found = token_.kind == Token::Kind::end ? "the end" : quoted(token_.text);
    return at_position(token_.at, fmt::format("expected {}, not {}", expected, found));
  }
  Token take() { return std::exchange(token_, lexer_.next()); }

  std::unique_ptr<Node> expression(int depth) {
    return chain(Node::Kind::any, "or",
                 [&] { return chain(Node::Kind::all, "and", [&] { return factor(depth); }); });
  }

  template <typename Part>
  std::unique_ptr<Node> chain(Node::Kind kind, std::string_view word, const Part& part) {
    auto first = part();
    if (!is_word(word)) return first;
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->parts.push_back(std::move(first));
    while (is_word(word)) {
      take();
      node->parts.push_back(part());
    }
    return node;
  }

  std::unique_ptr<Node> factor(int depth) {
    if (depth > kDeepest) throw at_position(token_.at, "nested too deeply");
    if (is_word("not")) {
      take();
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::none;
      node->parts.push_back(factor(depth + 1));
      return node;
    }
    if (token_.kind == Token::Kind::open) {
      take();
      auto node = expression(depth + 1);
      if (token_.kind != Token::Kind::close) throw unexpected("')'");
      take();
      return node;
    }
    return comparison();
  }

  std::unique_ptr<Node> comparison() {
    if (token_.kind != Token::Kind::word) throw unexpected("a field such as metrics.KEY");
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::compare;
    node->field = in_context(fmt::format("filter:1:{}", token_.at + 1),
                             [&] { return parse_field(token_.text); });
    take();
    if (is_word("like") || is_word("ilike")) {
      node->op = lower(take().text);
    } else if (token_.kind == Token::Kind::op) {
      node->op = take().text;
    } else {
      throw unexpected("one of = != < <= > >= like ilike");
    }
    if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::text) {
      throw unexpected("a value");
    }
    node->literal = literal(take());
    return node;
  }

  static Value literal(const Token& token) {
    if (token.kind == Token::Kind::word) {
      if (const auto number = parse_double(token.text)) return Value(*number);
    }
    return Value(token.text);
  }

  Lexer lexer_;
  Token token_;
};

/// SQL's LIKE on bytes; `pattern` and `text` already in one case for ilike.
bool like(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

std::optional<double> as_number(const Value& value) {
  if (value.is_number()) return value.as_double();
  if (value.is_string()) return parse_double(value.as_string());
  return std::nullopt;
}

std::string as_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_double()) return number_text(value.as_double());
  return "";
}

template <typename T>
bool holds(const T& a, std::string_view op, const T& b) {
  if (op == "=") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  return a >= b;
}

bool compare(const Value& value, std::string_view op, const Value& literal) {
  if (value.is_null() || value.is_array() || value.is_object()) return false;
  if (op == "like") return like(as_text(literal), as_text(value));
  if (op == "ilike") return like(lower(as_text(literal)), lower(as_text(value)));
  const auto a = as_number(value), b = as_number(literal);
  // Two texts compare as texts: ids of digits alone are no numbers.
  if (a && b && (value.is_number() || literal.is_number())) return holds(*a, op, *b);
  return holds(as_text(value), op, as_text(literal));
}

bool evaluate(const Node& node, const Run& run) {
  const auto part = [&](const auto& child) { return evaluate(*child, run); };
  switch (node.kind) {
    case Node::Kind::all:
      return std::all_of(node.parts.begin(), node.parts.end(), part);
    case Node::Kind::any:
      return std::any_of(node.parts.begin(), node.parts.end(), part);
    case Node::Kind::none:
      return !part(node.parts.front());
    case Node::Kind::compare:
      break;
  }
  const auto value = field_value(run, node.field);
  return value && compare(*value, node.op, node.literal);
}

}  // namespace

Filter::Filter(std::unique_ptr<Node> root) : root_(std::move(root)) {}
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;
Filter::~Filter() = default;

Filter Filter::parse(std::string_view text) { return Filter(Parser(text).parse()); }

bool Filter::matches(const Run& run) const { return evaluate(*root_, run); }

}  // namespace mlo::track
