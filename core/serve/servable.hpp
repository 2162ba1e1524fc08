// One loaded version of a model, as the protocols see it: what it takes, what it gives, and a call.
// Immutable and shared by all threads of the server; it lives until the last request that uses it
// is answered, so a version can be replaced while requests run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "infer/predictor.hpp"
#include "serve/datatype.hpp"
#include "table/raw_rows.hpp"

namespace mlo::serve {

/// Buffers of a thread that grew beyond this many rows are given back after the request.
inline constexpr size_t kKeptRows = 8192;

enum class ColumnType { numeric, categorical, boolean, date };

struct InputSpec {
  std::string name;
  ColumnType type = ColumnType::numeric;
};

/// What is asked for in metadata: numeric FP64, boolean BOOL, categorical and date BYTES.
Datatype datatype_of(ColumnType type);
/// What is taken: numeric any number; boolean BOOL, BYTES or integers; categorical BYTES, integers
/// or BOOL; date BYTES.
bool accepts(ColumnType type, Datatype datatype);

struct ServedModel {
  std::string name;
  std::string version;   ///< "3"; the number in the registry, or a digest's start
  std::string digest;    ///< "sha256:..." of the package
  std::string platform;  ///< the runtime, "torch"
  std::vector<InputSpec> inputs;
  std::vector<infer::OutputSpec> outputs;
  std::vector<std::string> classes;
};

class Servable {
 public:
  virtual ~Servable() = default;
  virtual const ServedModel& model() const = 0;
  /// Thread-safe. Errors in the rows have exit code usage, others failure.
  virtual void predict(const table::RawRows& rows, infer::Predictions& out) const = 0;
};

}  // namespace mlo::serve
