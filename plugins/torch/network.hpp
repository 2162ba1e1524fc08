// A built-in model (linear, mlp) as one flat buffer of weights and its forward pass. Bytes do not
// depend on the number of rows or threads (kernels.hpp).
//
// Inputs of a row: x = [scaled numeric | embeddings], as float32. Layer 0 starts from its bias plus
// one trained row per one-hot category, then adds x W. Weights are stored [in, padded out], the
// transpose of TorchScript's.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "architecture.hpp"
#include "buffer.hpp"
#include "kernels.hpp"

namespace mlo_torch {

struct Layer {
  size_t in, out;       ///< true widths
  size_t width;         ///< padded(out)
  size_t weight, bias;  ///< offsets into the weights
};

/// What a category looks up: a row that is added to layer 0, or an embedding beside the numeric
/// inputs.
struct Lookup {
  size_t size;    ///< number of codes
  size_t width;   ///< padded out of layer 0, or the width of the embedding
  size_t offset;  ///< into the weights
  size_t column;  ///< of x, for embeddings
  bool embedding;
};

/// Where everything lies; immutable and shared by models, sessions and trainers.
struct Layout {
  explicit Layout(Architecture architecture);
  Architecture architecture;
  std::vector<Layer> layers;
  std::vector<Lookup> lookups;
  size_t input = 0;  ///< width of x
  size_t total = 0;  ///< floats in the weights

  /// As PyTorch's Linear and Embedding: uniform(+-1/sqrt(in)) and normal(0, 1); linear models at
  /// zero.
  Buffer initial_weights(uint64_t seed) const;
};

/// Borrowed rows of one call.
struct Rows {
  const double* numeric;
  const int64_t* category;
  size_t count;
};

/// Activations of up to `capacity` rows.
struct Workspace {
  Workspace(const Layout& layout, size_t capacity);
  size_t capacity;
  Buffer x;
  std::vector<Buffer> layers;  ///< [capacity, width] each; the last one holds the logits
};

/// Throws ArgumentError for a category code outside its vocabulary.
void check_codes(const Layout& layout, const Rows& rows);
/// Rows [begin, end) of `rows` into the same rows of the workspace, up to the last layer. Codes
/// must have been checked. `hook(l)` of the trainer runs after layer l's activation (dropout).
template <typename Hook>
void forward(const Layout& layout, const float* weights, const Rows& rows, size_t begin, size_t end,
             Workspace& space, Hook&& hook);
/// One row range of layer `l`, without its activation.
void layer_forward(const Layout& layout, const float* weights, const Rows& rows, size_t l,
                   size_t begin, size_t end, Workspace& space);
void load_inputs(const Layout& layout, const float* weights, const Rows& rows, size_t begin,
                 size_t end, Workspace& space);
/// The last layer as the model's outputs [rows, outputs], with the target's scale undone.
void write_outputs(const Layout& layout, const Workspace& space, size_t begin, size_t end,
                   float* out);

template <typename Hook>
void forward(const Layout& layout, const float* weights, const Rows& rows, size_t begin, size_t end,
             Workspace& space, Hook&& hook) {
  load_inputs(layout, weights, rows, begin, end, space);
  for (size_t l = 0; l < layout.layers.size(); ++l) {
    layer_forward(layout, weights, rows, l, begin, end, space);
    if (l + 1 == layout.layers.size()) break;
    size_t width = layout.layers[l].width;
    kernels().activate(layout.architecture.activation, space.layers[l].data() + begin * width,
                       (end - begin) * width);
    hook(l);
  }
}

}  // namespace mlo_torch
