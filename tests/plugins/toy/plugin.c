/* The toy runtime: least squares in plain C. It exists so that train, infer, score and serve can be tested
 * (and run under TSan) without LibTorch, and it is the smallest complete example of a plugin. */
#include <string.h>

#include "model.h"

static mlo_status describe(const mlo_sink* out, mlo_error* error) {
  (void)error;
  static const char kText[] = "{\"library\":\"least squares\",\"version\":\"1.0.0\"}";
  return out->write(out->context, kText, strlen(kText)) ? MLO_ERROR_SINK : MLO_OK;
}

static const mlo_runtime kRuntime = {
    .struct_size = sizeof(mlo_runtime),
    .describe = describe,
    .model_build = toy_build,
    .model_open = toy_open,
    .model_save = toy_save,
    .model_signature = toy_signature,
    .model_free = toy_model_free,
    .session_new = toy_session_new,
    .session_run = toy_run,
    .session_free = toy_session_free,
    .session_gradients = toy_gradients,
    .trainer_new = toy_trainer_new,
    .trainer_step = toy_step,
    .trainer_eval = toy_eval,
    .trainer_model = toy_trainer_model,
    .trainer_state_save = toy_state_save,
    .trainer_state_load = toy_state_load,
    .trainer_free = toy_trainer_free,
};

const mlo_plugin* mlo_plugin_v1(void) {
  static const mlo_plugin kPlugin = {.struct_size = sizeof(mlo_plugin),
                                     .abi_major = MLO_ABI_MAJOR,
                                     .abi_minor = MLO_ABI_MINOR,
                                     .kind = "runtime",
                                     .name = "toy",
                                     .version = "1.0.0",
                                     .library_version = "",
                                     .family = "toy",
                                     .functions = &kRuntime};
  return &kPlugin;
}
