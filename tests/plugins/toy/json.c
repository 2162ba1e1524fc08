#include "json.h"

#include <stdlib.h>
#include <string.h>

static const char* skip_string(const char* at) {
  for (++at; *at && *at != '"'; ++at)
    if (*at == '\\' && at[1]) ++at;
  return *at ? at + 1 : at;
}

const char* toy_member(const char* object, const char* key) {
  size_t length = strlen(key);
  int depth = 0;
  for (const char* at = object; *at;) {
    if (*at == '"') {
      const char* end = skip_string(at);
      int is_key = depth == 1 && (size_t)(end - at) == length + 2 && !memcmp(at + 1, key, length);
      at = end;
      while (*at == ' ') ++at;
      if (is_key && *at == ':') {
        for (++at; *at == ' '; ++at) {
        }
        return at;
      }
      continue;
    }
    if (*at == '{' || *at == '[') ++depth;
    if (*at == '}' || *at == ']') --depth;
    ++at;
  }
  return NULL;
}

double toy_number(const char* object, const char* key, double fallback) {
  const char* at = toy_member(object, key);
  return at ? strtod(at, NULL) : fallback;
}

size_t toy_numbers(const char* object, const char* key, double* values, size_t capacity) {
  const char* at = toy_member(object, key);
  if (!at || *at != '[') return 0;
  size_t count = 0;
  for (++at; *at && *at != ']';) {
    char* end;
    double value = strtod(at, &end);
    if (end == at) break;
    if (count < capacity) values[count] = value;
    ++count;
    at = end;
    while (*at == ',' || *at == ' ') ++at;
  }
  return count;
}

int toy_is(const char* object, const char* key, const char* text) {
  const char* at = toy_member(object, key);
  size_t length = strlen(text);
  return at && *at == '"' && !strncmp(at + 1, text, length) && at[1 + length] == '"';
}
