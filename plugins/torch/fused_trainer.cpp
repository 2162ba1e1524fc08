#include "fused_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "denormals.hpp"
#include "evaluate.hpp"
#include "model.hpp"
#include "random.hpp"

namespace mlo_torch {

namespace {

// Multiplications below which waking the team costs more than it brings.
constexpr double kWorthSharing = 2e6;

size_t padded_input(const Layout& layout, size_t layer) { return padded(layout.layers[layer].in); }

}  // namespace

FusedTrainer::FusedTrainer(std::shared_ptr<const Layout> layout, const Buffer& weights,
                           const TrainOptions& options)
    : layout_(std::move(layout)),
      options_(options),
      weights_(weights),
      gradient_(layout_->total),
      first_(layout_->total),
      second_(layout_->total),
      space_(*layout_, 0),
      team_(static_cast<size_t>(options.threads)),
      alone_(1),
      eval_space_(*layout_, kEvalRows * static_cast<size_t>(options.threads)) {
  for (const Lookup& lookup : layout_->lookups) embeddings_ |= lookup.embedding;
  for (size_t l = 0; l < layout_->layers.size(); ++l)
    transposed_.emplace_back(layout_->layers[l].out * padded_input(*layout_, l));
}

void FusedTrainer::reserve(size_t rows) {
  if (rows <= space_.capacity) return;
  space_ = Workspace(*layout_, rows);
  deltas_.clear();
  masks_.clear();
  for (const Layer& layer : layout_->layers) {
    deltas_.emplace_back(rows * layer.width);
    masks_.emplace_back(layout_->architecture.dropout > 0 ? rows * layer.width : 0);
  }
  input_delta_ = Buffer(embeddings_ ? rows * padded(layout_->input) : 0);
  losses_.resize(rows);
}

Team& FusedTrainer::team_for(size_t rows) {
  double work = 0;
  for (const Layer& layer : layout_->layers) work += static_cast<double>(layer.in * layer.width);
  return work * static_cast<double>(rows) * 3 > kWorthSharing ? team_ : alone_;
}

double FusedTrainer::step(const Rows& rows, const Targets& targets, double lr) {
  if (rows.count == 0) throw ArgumentError("a batch needs at least one row");
  check_codes(*layout_, rows);
  double total = check_targets(layout_->architecture, targets, rows.count);
  if (!(total > 0)) throw ArgumentError("the weights of a batch must not all be 0");
  reserve(rows.count);
  ++step_;
  Update update(options_, lr, step_);
  Team& team = team_for(rows.count);
  team.run([&](size_t member) { transpose(member, team); });
  team.run([&](size_t member) {
    FlushDenormals flush;
    auto [begin, end] = team.part(rows.count, member, 8);
    forward_backward(rows, targets, total, begin, end);
  });
  team.run([&](size_t member) {
    FlushDenormals flush;
    update_weights(rows, update, member, team);
  });
  double sum = 0;
  for (size_t r = 0; r < rows.count; ++r) sum += targets.weight(r) * losses_[r];
  return sum / total;
}

void FusedTrainer::transpose(size_t member, const Team& team) {
  for (size_t l = embeddings_ ? 0 : 1; l < layout_->layers.size(); ++l) {
    const Layer& layer = layout_->layers[l];
    size_t stride = padded_input(*layout_, l);
    auto [begin, end] = team.part(layer.in, member);
    const float* from = weights_.data() + layer.weight;
    for (size_t i = begin; i < end; ++i)
      for (size_t o = 0; o < layer.out; ++o)
        transposed_[l].data()[o * stride + i] = from[i * layer.width + o];
  }
}

// The mask is a hash of (seed, step, layer, element): the same for any number of threads.
void FusedTrainer::drop(size_t l, size_t begin, size_t end) {
  double p = layout_->architecture.dropout;
  if (p == 0) return;
  auto threshold = static_cast<uint32_t>(p * 4294967296.0);
  auto scale = static_cast<float>(1 / (1 - p));
  uint64_t base = mix(mix(mix(options_.seed + kGolden) + step_) + l);
  size_t width = layout_->layers[l].width;
  float* mask = masks_[l].data();
  float* values = space_.layers[l].data();
  for (size_t i = begin * width; i < end * width; i += 2) {
    uint64_t draw = mix(base + i * kGolden);
    mask[i] = static_cast<uint32_t>(draw) < threshold ? 0 : scale;
    mask[i + 1] = static_cast<uint32_t>(draw >> 32) < threshold ? 0 : scale;
    values[i] *= mask[i];
    values[i + 1] *= mask[i + 1];
  }
}

void FusedTrainer::forward_backward(const Rows& rows, const Targets& targets, double total,
                                    size_t begin, size_t end) {
  if (begin == end) return;
  const Layout& layout = *layout_;
  forward(layout, weights_.data(), rows, begin, end, space_,
          [&](size_t l) { drop(l, begin, end); });
  size_t last = layout.layers.size() - 1, width = layout.layers[last].width;
  for (size_t r = begin; r < end; ++r)
    losses_[r] = row_loss(layout.architecture, targets, r, space_.layers[last].data() + r * width,
                          targets.weight(r) / total, deltas_[last].data() + r * width);
  for (size_t l = last + 1; l-- > (embeddings_ ? 0 : 1);) backward_rows(l, begin, end);
}

// deltas_[l] times the transposed weights, through the activation below.
void FusedTrainer::backward_rows(size_t l, size_t begin, size_t end) {
  const Layer& layer = layout_->layers[l];
  size_t width = padded_input(*layout_, l);
  float* below = l == 0 ? input_delta_.data() : deltas_[l - 1].data();
  Matrix delta{deltas_[l].data() + begin * layer.width, static_cast<ptrdiff_t>(layer.width), 1};
  kernels().multiply(end - begin, width, layer.out, delta, transposed_[l].data(), width,
                     below + begin * width, width, false);
  if (l == 0) return;
  Activation activation = layout_->architecture.activation;
  const float* outputs = space_.layers[l - 1].data();
  if (layout_->architecture.dropout == 0) {
    kernels().activate_backward(activation, outputs + begin * width, below + begin * width,
                                (end - begin) * width);
    return;
  }
  // What the activation returned is what is there without the mask's scale.
  auto keep = static_cast<float>(1 - layout_->architecture.dropout);
  const float* mask = masks_[l - 1].data();
  alignas(64) float block[kLanes];
  for (size_t i = begin * width; i < end * width; i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      below[i + j] *= mask[i + j];
      block[j] = outputs[i + j] * keep;
    }
    kernels().activate_backward(activation, block, below + i, kLanes);
  }
}

void FusedTrainer::update_weights(const Rows& rows, const Update& update, size_t member,
                                  const Team& team) {
  for (size_t l = 0; l < layout_->layers.size(); ++l)
    update_layer(l, rows.count, update, member, team);
  for (size_t j = member; j < layout_->lookups.size(); j += team.members())
    update_lookup(j, rows, update);
}

void FusedTrainer::update_layer(size_t l, size_t rows, const Update& update, size_t member,
                                const Team& team) {
  const Layer& layer = layout_->layers[l];
  const float* in = l == 0 ? space_.x.data() : space_.layers[l - 1].data();
  size_t stride = l == 0 ? layout_->input : layout_->layers[l - 1].width;
  auto [begin, end] = team.part(layer.in, member);
  size_t offset = layer.weight + begin * layer.width;
  kernels().multiply(end - begin, layer.width, rows,
                     Matrix{in + begin, 1, static_cast<ptrdiff_t>(stride)}, deltas_[l].data(),
                     layer.width, gradient_.data() + offset, layer.width, false);
  apply(update, offset, (end - begin) * layer.width);
  if (l % team.members() != member) return;
  float* bias = gradient_.data() + layer.bias;
  std::memset(bias, 0, layer.width * sizeof(float));
  for (size_t r = 0; r < rows; ++r)
    kernels().add(bias, deltas_[l].data() + r * layer.width, layer.width);
  apply(update, layer.bias, layer.width);
}

void FusedTrainer::update_lookup(size_t j, const Rows& rows, const Update& update) {
  const Lookup& lookup = layout_->lookups[j];
  size_t count = padded(lookup.size * lookup.width);
  float* gradient = gradient_.data() + lookup.offset;
  std::memset(gradient, 0, count * sizeof(float));
  size_t stride = lookup.embedding ? padded(layout_->input) : lookup.width;
  const float* delta = lookup.embedding ? input_delta_.data() + lookup.column : deltas_[0].data();
  for (size_t r = 0; r < rows.count; ++r) {
    auto code = static_cast<size_t>(rows.category[r * layout_->lookups.size() + j]);
    float* row = gradient + code * lookup.width;
    if (lookup.embedding)
      for (size_t i = 0; i < lookup.width; ++i) row[i] += delta[r * stride + i];
    else
      kernels().add(row, delta + r * stride, lookup.width);
  }
  apply(update, lookup.offset, count);
}

void FusedTrainer::apply(const Update& update, size_t offset, size_t count) {
  update.apply(weights_.data() + offset, gradient_.data() + offset, first_.data() + offset,
               second_.data() + offset, count);
}

const float* FusedTrainer::eval(const Rows& rows) {
  evaluate(*layout_, weights_.data(), rows, team_, eval_space_, outputs_);
  return outputs_.data();
}

std::shared_ptr<const Model> FusedTrainer::model() {
  return std::make_shared<Model>(layout_, weights_);
}

std::string FusedTrainer::state_save() {
  std::string out;
  append_state_header(out, step_);
  for (const Buffer* buffer : {&weights_, &first_, &second_})
    append_floats(out, buffer->data(), buffer->size());
  return out;
}

void FusedTrainer::state_load(std::string_view state) {
  uint64_t step = take_state_header(state);
  if (state.size() != 3 * layout_->total * sizeof(float))
    throw FormatError("the training state is of another model");
  for (Buffer* buffer : {&weights_, &first_, &second_})
    take_floats(state, buffer->data(), buffer->size());
  step_ = step;
}

}  // namespace mlo_torch
