#include "script.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <cstring>
#include <sstream>

#include "json.hpp"

namespace mlo_torch {

namespace {

// Reads from borrowed bytes: an archive is not copied to be opened.
class BytesReader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit BytesReader(std::string_view bytes) : bytes_(bytes) {}
  size_t size() const override { return bytes_.size(); }
  size_t read(uint64_t at, void* to, size_t size, const char*) const override {
    if (at >= bytes_.size()) return 0;
    size = std::min(size, bytes_.size() - static_cast<size_t>(at));
    std::memcpy(to, bytes_.data() + at, size);
    return size;
  }

 private:
  std::string_view bytes_;
};

/// What the module raised, which ends the interpreter's traceback: "builtins.ValueError: too many rows".
std::string raised_message(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  text = text.substr(text.rfind('\n') + 1);
  size_t colon = text.find(": ");
  bool named = colon != std::string_view::npos && colon < text.find(' ');
  return std::string(named ? text.substr(colon + 2) : text);
}

std::string last_message(std::string_view text) {
  if (text.find("Traceback of TorchScript") != std::string_view::npos &&
      text.find("RuntimeError: ") == std::string_view::npos)
    return raised_message(text);
  size_t start = text.rfind("RuntimeError: ");
  if (start != std::string_view::npos) text.remove_prefix(start + 14);
  while (!text.empty() && (text[0] == '\n' || text[0] == ' ')) text.remove_prefix(1);
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

std::string plain_message(const std::exception& error) {
  auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  std::string text =
      last_message(torch_error ? torch_error->what_without_backtrace() : error.what());
  while (!text.empty() && (text.back() == '.' || text.back() == ' ' || text.back() == ':'))
    text.pop_back();
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z')
    text[0] = static_cast<char>(std::tolower(text[0]));
  return text;
}

Module copy_of(const Module& module) {
  // Cloned with gradients on, a parameter would be an inner node of the original's graph.
  torch::NoGradGuard guard;
  Module copy = module.deepcopy();
  auto to = copy.parameters().begin();
  for (const torch::Tensor& from : module.parameters()) {
    (*to).set_requires_grad(from.requires_grad());
    ++to;
  }
  return copy;
}

Module load_archive(std::string_view bytes) {
  if (!bytes.starts_with("PK\x03\x04"))
    throw FormatError("this is not a TorchScript file (torch.jit.save writes them)");
  try {
    return torch::jit::load(std::make_shared<BytesReader>(bytes), c10::kCPU);
  } catch (const std::exception& error) {
    if (std::string_view(error.what()).find("constants.pkl") != std::string_view::npos)
      throw FormatError(
          "this is a pickle of torch.save, not TorchScript "
          "(torch.jit.script(module).save(FILE) writes that)");
    throw FormatError("this is not a TorchScript file that LibTorch " TORCH_VERSION " can read: " +
                      plain_message(error));
  }
}

std::string save_archive(const Module& module) {
  std::ostringstream out;
  module.save(out);
  return std::move(out).str();
}

Architecture read_architecture(const Module& outer) {
  if (!outer.hasattr("mlo_architecture") || !outer.attr("mlo_architecture").isString() ||
      !outer.hasattr("module"))
    throw FormatError("this is a TorchScript file, but not a model that mlo trained");
  try {
    return parse_architecture(outer.attr("mlo_architecture").toStringRef());
  } catch (const ArgumentError& error) {
    throw FormatError(std::string("the model's architecture is damaged: ") + error.what());
  }
}

torch::Tensor numeric_tensor(const Architecture& a, const Rows& rows) {
  return torch::from_blob(const_cast<double*>(rows.numeric),
                          {static_cast<int64_t>(rows.count), a.numeric}, torch::kFloat64);
}

torch::Tensor category_tensor(const Architecture& a, const Rows& rows) {
  return torch::from_blob(
      const_cast<int64_t*>(rows.category),
      {static_cast<int64_t>(rows.count), static_cast<int64_t>(a.cardinalities.size())},
      torch::kInt64);
}

torch::Tensor scaled_tensor(const Module& outer, const torch::Tensor& numeric) {
  if (!outer.hasattr("mean")) return numeric.to(torch::kFloat32);
  return ((numeric - outer.attr("mean").toTensor()) / outer.attr("std").toTensor())
      .to(torch::kFloat32);
}

void use_threads(int threads) {
  static thread_local int current = 0;
  if (current == threads) return;
  at::set_num_threads(threads);
  current = threads;
}

}  // namespace mlo_torch
