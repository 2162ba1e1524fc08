#include "optimizer.hpp"

#include <cmath>

namespace mlo_torch {

TrainOptions parse_train_options(std::string_view text) {
  Json json = parse_json(text);
  TrainOptions out;
  out.threads = static_cast<int>(json.integer("threads", 1, 1024));
  if (const Json* seed = json.find("seed")) out.seed = static_cast<uint64_t>(seed->number);
  const Json& optimizer = json.at("optimizer");
  std::string name = optimizer.string("name", "adam");
  if (name != "adam" && name != "sgd")
    throw ArgumentError("the optimizer must be adam or sgd, not '" + name + "'");
  out.optimizer = name == "adam" ? TrainOptions::Optimizer::adam : TrainOptions::Optimizer::sgd;
  out.beta1 = optimizer.real("beta1", 0.9, 0, 1);
  out.beta2 = optimizer.real("beta2", 0.999, 0, 1);
  out.epsilon = optimizer.real("epsilon", 1e-8, 0, 1);
  out.momentum = optimizer.real("momentum", 0, 0, 1);
  out.weight_decay = optimizer.real("weight_decay", 0, 0, 1e6);
  return out;
}

Update::Update(const TrainOptions& o, double lr, uint64_t step)
    : adam_(o.optimizer == TrainOptions::Optimizer::adam) {
  auto t = static_cast<double>(step);
  adam_step_ = {.beta1 = static_cast<float>(o.beta1),
                .beta2 = static_cast<float>(o.beta2),
                .epsilon = static_cast<float>(o.epsilon),
                .weight_decay = static_cast<float>(o.weight_decay),
                .step_size = static_cast<float>(lr / (1 - std::pow(o.beta1, t))),
                .root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(o.beta2, t)))};
  sgd_step_ = {.lr = static_cast<float>(lr),
               .momentum = static_cast<float>(o.momentum),
               .weight_decay = static_cast<float>(o.weight_decay)};
}

void Update::apply(float* weights, const float* gradient, float* first, float* second,
                   size_t count) const {
  if (adam_)
    kernels().adam(weights, gradient, first, second, count, adam_step_);
  else
    kernels().sgd(weights, gradient, first, count, sgd_step_);
}

}  // namespace mlo_torch
