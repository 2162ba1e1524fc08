/* Just enough JSON for a toy: members of the outermost object, found by key, as numbers, lists of numbers
 * and strings. The host writes canonical JSON, so nothing here has to report syntax errors nicely. */
#ifndef TOY_JSON_H
#define TOY_JSON_H

#include <stddef.h>

/* The text of a member's value, or null. */
const char* toy_member(const char* object, const char* key);
double toy_number(const char* object, const char* key, double fallback);
/* Fills values with at most capacity numbers; returns how many the list has, 0 if absent. */
size_t toy_numbers(const char* object, const char* key, double* values, size_t capacity);
/* 1 if the member is this string. */
int toy_is(const char* object, const char* key, const char* text);

#endif
