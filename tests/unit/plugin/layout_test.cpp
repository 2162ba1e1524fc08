// The layout of every ABI struct, byte for byte, against a golden file: a slot that moves breaks
// every plugin in the field. A new slot at the end of a struct that may grow adds a line and
// changes its size; nothing else in the file may ever change.
#include <mlo/plugin.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#define MLO_SIZE(type) out << #type " " << sizeof(type) << "\n"
#define MLO_FIELD(type, field) \
  out << "  " #type "." #field " " << offsetof(type, field) << " " << sizeof(type::field) << "\n"

namespace {

void small_structs(std::ostream& out) {
  MLO_SIZE(mlo_error);
  MLO_FIELD(mlo_error, text);
  MLO_FIELD(mlo_error, capacity);
  MLO_SIZE(mlo_bytes);
  MLO_FIELD(mlo_bytes, data);
  MLO_FIELD(mlo_bytes, size);
  MLO_SIZE(mlo_sink);
  MLO_FIELD(mlo_sink, context);
  MLO_FIELD(mlo_sink, write);
  MLO_SIZE(mlo_device);
  MLO_FIELD(mlo_device, device_type);
  MLO_FIELD(mlo_device, device_id);
  MLO_SIZE(mlo_dtype);
  MLO_FIELD(mlo_dtype, code);
  MLO_FIELD(mlo_dtype, bits);
  MLO_FIELD(mlo_dtype, lanes);
  MLO_SIZE(mlo_tensor);
  MLO_FIELD(mlo_tensor, data);
  MLO_FIELD(mlo_tensor, device);
  MLO_FIELD(mlo_tensor, ndim);
  MLO_FIELD(mlo_tensor, dtype);
  MLO_FIELD(mlo_tensor, shape);
  MLO_FIELD(mlo_tensor, strides);
  MLO_FIELD(mlo_tensor, byte_offset);
  MLO_SIZE(mlo_batch);
  MLO_FIELD(mlo_batch, struct_size);
  MLO_FIELD(mlo_batch, inputs);
  MLO_FIELD(mlo_batch, input_count);
  MLO_FIELD(mlo_batch, target);
  MLO_FIELD(mlo_batch, weight);
}

void functions(std::ostream& out) {
  MLO_SIZE(mlo_runtime);
  MLO_FIELD(mlo_runtime, struct_size);
  MLO_FIELD(mlo_runtime, describe);
  MLO_FIELD(mlo_runtime, model_build);
  MLO_FIELD(mlo_runtime, model_open);
  MLO_FIELD(mlo_runtime, model_save);
  MLO_FIELD(mlo_runtime, model_signature);
  MLO_FIELD(mlo_runtime, model_free);
  MLO_FIELD(mlo_runtime, session_new);
  MLO_FIELD(mlo_runtime, session_run);
  MLO_FIELD(mlo_runtime, session_free);
  MLO_FIELD(mlo_runtime, session_gradients);
  MLO_FIELD(mlo_runtime, trainer_new);
  MLO_FIELD(mlo_runtime, trainer_step);
  MLO_FIELD(mlo_runtime, trainer_eval);
  MLO_FIELD(mlo_runtime, trainer_model);
  MLO_FIELD(mlo_runtime, trainer_state_save);
  MLO_FIELD(mlo_runtime, trainer_state_load);
  MLO_FIELD(mlo_runtime, trainer_free);
  MLO_SIZE(mlo_plugin);
  MLO_FIELD(mlo_plugin, struct_size);
  MLO_FIELD(mlo_plugin, abi_major);
  MLO_FIELD(mlo_plugin, abi_minor);
  MLO_FIELD(mlo_plugin, kind);
  MLO_FIELD(mlo_plugin, name);
  MLO_FIELD(mlo_plugin, version);
  MLO_FIELD(mlo_plugin, library_version);
  MLO_FIELD(mlo_plugin, family);
  MLO_FIELD(mlo_plugin, functions);
}

}  // namespace

TEST_CASE("the ABI structs lie where the golden file says") {
  std::ostringstream out;
  out << "abi " << MLO_ABI_MAJOR << "." << MLO_ABI_MINOR << "\n";
  small_structs(out);
  functions(out);
  std::ifstream golden(MLO_TEST_DATA "/layout-64.txt");
  std::string expected(std::istreambuf_iterator<char>(golden), {});
  CHECK(out.str() == expected);
}
