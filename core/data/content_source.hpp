// Contents that can be opened as files again and again, wherever they lie.
#pragma once

#include <string>

#include "base/digest.hpp"
#include "store/object_store.hpp"
#include "table/row_source.hpp"

namespace mlo::data {

/// A descriptor on these bytes, at their start, that needs no file (memfd).
Descriptor descriptor_of(std::string_view bytes);
/// An object of the store, which must outlive the source. Throws when it is missing.
table::RowSource stored_source(const store::ObjectStore& store, const Digest& digest,
                               std::string name);
/// A regular file; throws when it is none.
table::RowSource file_source(const std::string& path, std::string name);
table::RowSource text_source(std::string text, std::string name);

}  // namespace mlo::data
