// The XML that S3 servers answer with, and no more of XML than that: elements and text, attributes skipped,
// the five named entities and character references, a declaration, comments. No document types (so no
// entities of its own), at most 16 levels, strict about nesting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlo::remote {

struct XmlElement {
  std::string name;  ///< without prefix
  std::string text;  ///< of this element itself
  std::vector<XmlElement> children;

  /// The first child of this name; nullptr: none.
  const XmlElement* find(std::string_view child) const;
  /// Its text, "" where there is none.
  std::string_view text_of(std::string_view child) const;
};

/// The root. Throws failure "<name>: byte N: ..." when malformed. Takes memory in proportion to `text`.
XmlElement parse_xml(std::string_view text, const std::string& name);

}  // namespace mlo::remote
