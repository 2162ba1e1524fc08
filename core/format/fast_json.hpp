// JSON at the speed of the hardware, for bodies of requests: one forward pass over the text with
// simdjson's on-demand parser, no tree, leaves straight to the caller. Everything that
// is visited is checked, and read_json visits whatever the callback left alone, so a document that
// is cut short or broken anywhere is an error (exit code usage: it came from a caller) that names
// line and column. Use json.hpp where a Value is wanted; it is four times slower and keeps
// positions.
//
//   read_json(body, capacity, "request", [&](JsonNode root) {
//     root.members([&](std::string_view key, JsonNode value) {
//       if (key == "id") id = value.string();
//     });
//   });
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace mlo::format {

/// Bytes that must be readable behind the text; without them read_json copies it.
inline constexpr size_t kJsonPadding = 64;
/// Deepest nesting of lists and objects.
inline constexpr int kFastJsonDepth = 64;

/// A leaf. `text` is unescaped and valid until this thread parses its next document.
struct JsonScalar {
  enum class Kind { null, boolean, integer, number, string };
  Kind kind = Kind::null;
  bool boolean = false;
  int64_t integer = 0;  ///< integers that fit 64 bits; others are numbers
  double number = 0;    ///< of integers too
  std::string_view text;
};

/// A value at the cursor. Valid only inside the callback that received it; read it at most once.
class JsonNode {
 public:
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind() const;
  /// Each throws "<name>:<line>:<column>: expected a string" when the value is of another kind.
  bool boolean();
  double number();
  int64_t integer();
  /// Unescaped; valid until this thread parses its next document.
  std::string_view string();
  /// Any leaf; throws at a list or an object.
  JsonScalar scalar();

  /// The text of this list or object as it is written, checked; valid only inside the callback.
  std::string_view raw();

  /// Calls each(key, value) for every member of this object. A repeated key is the caller's
  /// concern.
  template <typename Each>
  void members(Each&& each) {
    each_member(&each, [](void* self, std::string_view key, JsonNode value) {
      (*static_cast<std::remove_reference_t<Each>*>(self))(key, value);
    });
  }
  /// Calls each(value) for every element of this list.
  template <typename Each>
  void items(Each&& each) {
    each_item(&each, [](void* self, JsonNode value) {
      (*static_cast<std::remove_reference_t<Each>*>(self))(value);
    });
  }
  /// Calls each(const JsonScalar&) for every leaf of this list; lists of any nesting are flattened
  /// in row-major order, objects refused.
  template <typename Each>
  void leaves(Each&& each) {
    each_leaf(&each, [](void* self, const JsonScalar& leaf) {
      (*static_cast<std::remove_reference_t<Each>*>(self))(leaf);
    });
  }
  /// Throws an error at this value.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  friend struct FastJsonAccess;
  using Member = void (*)(void*, std::string_view, JsonNode);
  using Item = void (*)(void*, JsonNode);
  using Leaf = void (*)(void*, const JsonScalar&);
  void each_member(void* self, Member member);
  void each_item(void* self, Item item);
  void each_leaf(void* self, Leaf leaf);

  struct State;
  State* state_ = nullptr;
  void* value_ = nullptr;
};

/// Parses one document and calls visit(root). `readable` is the number of bytes that may be read
/// from the start of `text` (>= text.size()); with kJsonPadding to spare nothing is copied.
void read_json(std::string_view text, size_t readable, const std::string& name, void* self,
               void (*visit)(void*, JsonNode));

template <typename Visit>
void read_json(std::string_view text, size_t readable, const std::string& name, Visit&& visit) {
  read_json(text, readable, name, &visit, [](void* self, JsonNode root) {
    (*static_cast<std::remove_reference_t<Visit>*>(self))(root);
  });
}

/// Gives back what this thread's last document holds, if it was a large one (1 MiB); its strings end.
void release_json();

}  // namespace mlo::format
