#include "remote/xml.hpp"

#include <algorithm>
#include <cstdint>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::remote {
namespace {

constexpr int kDeepest = 16;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

void append_utf8(std::string& out, uint32_t code) {
  auto byte = [&](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

class XmlReader {
 public:
  XmlReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  XmlElement document() {
    take("\xEF\xBB\xBF");
    skip_between();
    if (at_ == text_.size()) fail("is empty");
    XmlElement root;
    element(root, 0);
    skip_between();
    if (at_ != text_.size()) fail("something follows the document");
    return root;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw failure(name_ + ": byte " + std::to_string(at_) + ": malformed XML: " + what);
  }

  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void skip_past(std::string_view token) {
    size_t end = text_.find(token, at_);
    if (end == std::string_view::npos) fail("does not end");
    at_ = end + token.size();
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  /// Space, declarations and comments outside of the root.
  void skip_between() {
    for (;;) {
      skip_spaces();
      if (take("<?")) {
        skip_past("?>");
      } else if (take("<!--")) {
        skip_past("-->");
      } else {
        return;
      }
    }
  }

  std::string_view element_name() {
    size_t start = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    if (at_ == start) fail("a name is missing");
    return text_.substr(start, at_ - start);
  }

  void skip_attributes() {
    for (;;) {
      skip_spaces();
      if (at_ == text_.size()) fail("does not end");
      if (text_[at_] == '>' || text_[at_] == '/') return;
      element_name();
      skip_spaces();
      if (!take("=")) fail("an attribute has no value");
      skip_spaces();
      if (take("\"")) {
        skip_past("\"");
      } else if (take("'")) {
        skip_past("'");
      } else {
        fail("an attribute has no quotes");
      }
    }
  }

  void element(XmlElement& into, int depth) {
    if (depth > kDeepest) fail("is nested too deeply");
    if (!take("<")) fail("an element is missing");
    std::string_view tag = element_name();
    size_t colon = tag.rfind(':');
    into.name = tag.substr(colon == std::string_view::npos ? 0 : colon + 1);
    skip_attributes();
    if (take("/>")) return;
    if (!take(">")) fail("'>' is missing");
    content(into, depth);
    if (element_name() != tag) fail("an element is closed by another name");
    skip_spaces();
    if (!take(">")) fail("'>' is missing");
  }

  /// Up to and including "</".
  void content(XmlElement& into, int depth) {
    for (;;) {
      if (at_ == text_.size()) fail("does not end");
      if (text_[at_] == '&') {
        reference(into.text);
      } else if (text_[at_] != '<') {
        size_t end = std::min(text_.find_first_of("<&", at_), text_.size());
        into.text += text_.substr(at_, end - at_);
        at_ = end;
      } else if (take("</")) {
        return;
      } else if (take("<!--")) {
        skip_past("-->");
      } else if (take("<![CDATA[")) {
        size_t start = at_;
        skip_past("]]>");
        into.text += text_.substr(start, at_ - 3 - start);
      } else {
        into.children.emplace_back();
        element(into.children.back(), depth + 1);
      }
    }
  }

  void reference(std::string& out) {
    size_t end = text_.substr(at_, 12).find(';');
    if (end == std::string_view::npos) fail("a reference has no end");
    std::string_view name = text_.substr(at_ + 1, end - 1);
    if (name == "amp") {
      out += '&';
    } else if (name == "lt") {
      out += '<';
    } else if (name == "gt") {
      out += '>';
    } else if (name == "quot") {
      out += '"';
    } else if (name == "apos") {
      out += '\'';
    } else {
      append_utf8(out, character(name));
    }
    at_ += end + 1;
  }

  uint32_t character(std::string_view name) const {
    uint32_t code = 0;
    bool hex = name.starts_with("#x");
    std::string_view digits = name.substr(std::min<size_t>(name.size(), hex ? 2 : 1));
    if (!name.starts_with('#') || digits.empty()) fail("an unknown entity");
    for (char c : digits) {
      uint32_t digit = c >= '0' && c <= '9'          ? static_cast<uint32_t>(c - '0')
                       : hex && c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                       : hex && c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                                     : 99;
      if (digit == 99) fail("a malformed character reference");
      code = code * (hex ? 16 : 10) + digit;
      if (code > 0x10FFFF) fail("a character reference out of range");
    }
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) fail("a character reference out of range");
    return code;
  }

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string_view XmlElement::text_of(std::string_view child) const {
  const XmlElement* element = find(child);
  return element != nullptr ? std::string_view(element->text) : std::string_view();
}

XmlElement parse_xml(std::string_view text, const std::string& name) {
  return XmlReader(text, name).document();
}

}  // namespace mlo::remote
