#include "plugin/runtime.hpp"

#include <memory>

#include "format/fields.hpp"
#include "format/json.hpp"
#include "plugin/handles.hpp"

namespace mlo::plugin {

namespace {

std::string inputs_mismatch(const char* what, int64_t got, int64_t wanted) {
  return std::string("the model takes ") + std::to_string(wanted) + " " + what + " columns, got " +
         std::to_string(got);
}

Signature parse_signature(const std::string& json, const std::string& plugin) {
  format::Value value = format::parse_json(json, "signature of plugin '" + plugin + "'");
  format::Fields fields(value, "plugin '" + plugin + "'", "signature", Exit::failure);
  Signature out;
  out.format = fields.string("format");
  out.numeric = fields.integer("numeric", {}, 0, INT32_MAX);
  out.outputs = fields.integer("outputs", {}, 1, INT32_MAX);
  for (const format::Value& size : fields.required("cardinalities").as_array())
    out.cardinalities.push_back(size.as_int());
  return out;
}

}  // namespace

int32_t append_to_string(void* context, const void* bytes, size_t size) {
  try {
    static_cast<std::string*>(context)->append(static_cast<const char*>(bytes), size);
    return 0;
  } catch (const std::bad_alloc&) {
    return 1;
  }
}

std::shared_ptr<const Model::Impl> Model::Impl::adopt(const Library& library, mlo_model* handle) {
  auto impl = std::make_shared<Impl>(library, handle);
  std::string json;
  mlo_sink sink{&json, append_to_string};
  call(library, "describe the model", library.functions.model_signature,
       static_cast<const mlo_model*>(handle), static_cast<const mlo_sink*>(&sink));
  impl->signature = parse_signature(json, library.info.name);
  return impl;
}

Inputs::Inputs(const Signature& signature, const TensorView& numeric, const TensorView& category)
    : numeric_(numeric), category_(category) {
  if (numeric.dtype != DType::float64 || category.dtype != DType::int64 || numeric.rank != 2 ||
      category.rank != 2 || numeric.rows() != category.rows())
    throw failure("model inputs are float64 [n,p] and int64 [n,q]");
  if (numeric.columns() != signature.numeric)
    throw failure(inputs_mismatch("numeric", numeric.columns(), signature.numeric));
  auto q = static_cast<int64_t>(signature.cardinalities.size());
  if (category.columns() != q) throw failure(inputs_mismatch("category", category.columns(), q));
  numeric_.describe(tensors[0]);
  category_.describe(tensors[1]);
}

Runtime Runtime::load(const PluginInfo& info) { return Runtime(load_library(info)); }

const PluginInfo& Runtime::info() const { return library_->info; }
const Digest& Runtime::digest() const { return library_->digest; }

format::Value Runtime::describe() const {
  if (!library_->functions.describe) return format::Value::object();
  std::string json;
  mlo_sink sink{&json, append_to_string};
  call(*library_, "describe itself", library_->functions.describe,
       static_cast<const mlo_sink*>(&sink));
  return format::parse_json(json, "description by plugin '" + library_->info.name + "'");
}

Model Runtime::build(const format::Value& architecture, std::optional<std::string_view> module,
                     uint64_t seed) const {
  std::string json = format::canonical_json(architecture);
  mlo_bytes bytes{};
  if (module) bytes = {module->data(), module->size()};
  mlo_model* handle = nullptr;
  call(*library_, "build the model", library_->functions.model_build, json.c_str(),
       static_cast<const mlo_bytes*>(module ? &bytes : nullptr), seed, &handle);
  return Model(Model::Impl::adopt(*library_, handle));
}

Model Runtime::open(std::string_view bytes, const std::string& name) const {
  return in_context("while opening '" + name + "'", [&] {
    mlo_bytes view{bytes.data(), bytes.size()};
    mlo_model* handle = nullptr;
    call(*library_, "open the model", library_->functions.model_open,
         static_cast<const mlo_bytes*>(&view), &handle);
    return Model(Model::Impl::adopt(*library_, handle));
  });
}

std::string Model::save() const {
  std::string bytes;
  mlo_sink sink{&bytes, append_to_string};
  call(impl_->library, "save the model", impl_->library.functions.model_save,
       static_cast<const mlo_model*>(impl_->handle), static_cast<const mlo_sink*>(&sink));
  return bytes;
}

const Signature& Model::signature() const { return impl_->signature; }

}  // namespace mlo::plugin
