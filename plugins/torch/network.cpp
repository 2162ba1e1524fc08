#include "network.hpp"

#include <cmath>
#include <cstring>

#include "json.hpp"
#include "random.hpp"

namespace mlo_torch {

Layout::Layout(Architecture a) : architecture(std::move(a)) {
  input = static_cast<size_t>(architecture.numeric);
  for (int64_t width : architecture.embeddings) input += static_cast<size_t>(width);
  std::vector<int64_t> widths = architecture.hidden;
  widths.push_back(architecture.outputs);
  size_t in = input;
  for (int64_t out : widths) {
    Layer layer{in, static_cast<size_t>(out), padded(static_cast<size_t>(out)), 0, 0};
    layer.weight = total;
    layer.bias = layer.weight + layer.in * layer.width;
    total = layer.bias + layer.width;
    layers.push_back(layer);
    in = layer.out;
  }
  size_t column = static_cast<size_t>(architecture.numeric);
  for (size_t j = 0; j < architecture.cardinalities.size(); ++j) {
    auto size = static_cast<size_t>(architecture.cardinalities[j]);
    auto width = static_cast<size_t>(architecture.embeddings[j]);
    Lookup lookup{size, width ? width : layers[0].width, total, column, width != 0};
    if (lookup.embedding) column += width;
    total += padded(size * lookup.width);
    lookups.push_back(lookup);
  }
}

Buffer Layout::initial_weights(uint64_t seed) const {
  Buffer out(total);
  Random random(seed);
  if (architecture.builtin == "linear") return out;
  size_t one_hot = 0;
  for (const Lookup& lookup : lookups)
    if (!lookup.embedding) one_hot += lookup.size;
  for (size_t l = 0; l < layers.size(); ++l) {
    const Layer& layer = layers[l];
    double bound = 1 / std::sqrt(static_cast<double>(layer.in + (l == 0 ? one_hot : 0)));
    for (size_t i = 0; i <= layer.in; ++i)  // the bias follows the last row of the weight
      for (size_t o = 0; o < layer.out; ++o)
        out.data()[layer.weight + i * layer.width + o] =
            static_cast<float>((2 * random.uniform() - 1) * bound);
    if (l != 0) continue;
    for (const Lookup& lookup : lookups)
      for (size_t i = 0; i < (lookup.embedding ? 0 : lookup.size); ++i)
        for (size_t o = 0; o < layer.out; ++o)
          out.data()[lookup.offset + i * lookup.width + o] =
              static_cast<float>((2 * random.uniform() - 1) * bound);
  }
  for (const Lookup& lookup : lookups)
    for (size_t i = 0; i < (lookup.embedding ? lookup.size * lookup.width : 0); ++i)
      out.data()[lookup.offset + i] = static_cast<float>(random.normal());
  return out;
}

Workspace::Workspace(const Layout& layout, size_t rows) : capacity(rows), x(rows * layout.input) {
  for (const Layer& layer : layout.layers) layers.emplace_back(rows * layer.width);
}

void check_codes(const Layout& layout, const Rows& rows) {
  size_t q = layout.lookups.size();
  for (size_t r = 0; r < rows.count; ++r)
    for (size_t j = 0; j < q; ++j) {
      int64_t code = rows.category[r * q + j];
      if (code < 0 || static_cast<size_t>(code) >= layout.lookups[j].size)
        throw ArgumentError("category " + std::to_string(j) + " of row " + std::to_string(r) +
                            " has the code " + std::to_string(code) + ", its vocabulary has " +
                            std::to_string(layout.lookups[j].size));
    }
}

void load_inputs(const Layout& layout, const float* weights, const Rows& rows, size_t begin,
                 size_t end, Workspace& space) {
  const Architecture& a = layout.architecture;
  auto p = static_cast<size_t>(a.numeric);
  for (size_t r = begin; r < end; ++r) {
    float* x = space.x.data() + r * layout.input;
    const double* numeric = rows.numeric + r * p;
    if (a.scale)
      for (size_t i = 0; i < p; ++i) x[i] = static_cast<float>((numeric[i] - a.mean[i]) / a.std[i]);
    else
      for (size_t i = 0; i < p; ++i) x[i] = static_cast<float>(numeric[i]);
    const int64_t* category = rows.category + r * layout.lookups.size();
    for (size_t j = 0; j < layout.lookups.size(); ++j) {
      const Lookup& lookup = layout.lookups[j];
      if (lookup.embedding)
        std::memcpy(x + lookup.column,
                    weights + lookup.offset + static_cast<size_t>(category[j]) * lookup.width,
                    lookup.width * sizeof(float));
    }
  }
}

void layer_forward(const Layout& layout, const float* weights, const Rows& rows, size_t l,
                   size_t begin, size_t end, Workspace& space) {
  const Layer& layer = layout.layers[l];
  float* out = space.layers[l].data() + begin * layer.width;
  for (size_t r = begin; r < end; ++r) {
    float* row = space.layers[l].data() + r * layer.width;
    std::memcpy(row, weights + layer.bias, layer.width * sizeof(float));
    if (l != 0) continue;
    const int64_t* category = rows.category + r * layout.lookups.size();
    for (size_t j = 0; j < layout.lookups.size(); ++j) {
      const Lookup& lookup = layout.lookups[j];
      if (!lookup.embedding)
        kernels().add(row,
                      weights + lookup.offset + static_cast<size_t>(category[j]) * lookup.width,
                      layer.width);
    }
  }
  const float* in = l == 0 ? space.x.data() : space.layers[l - 1].data();
  size_t stride = l == 0 ? layout.input : layout.layers[l - 1].width;
  Matrix left{in + begin * stride, static_cast<ptrdiff_t>(stride), 1};
  kernels().multiply(end - begin, layer.width, layer.in, left, weights + layer.weight, layer.width,
                     out, layer.width, true);
}

void write_outputs(const Layout& layout, const Workspace& space, size_t begin, size_t end,
                   float* out) {
  const Architecture& a = layout.architecture;
  const Layer& last = layout.layers.back();
  bool plain = a.target_mean == 0 && a.target_std == 1;
  for (size_t r = begin; r < end; ++r) {
    const float* row = space.layers.back().data() + r * last.width;
    for (size_t o = 0; o < last.out; ++o)
      out[r * last.out + o] =
          plain ? row[o] : static_cast<float>(double{row[o]} * a.target_std + a.target_mean);
  }
}

}  // namespace mlo_torch
