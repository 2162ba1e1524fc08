// The LibTorch runtime through the ABI, against LibTorch itself: the generated TorchScript computes what
// the built-in kernels compute, and training by hand-written gradients takes the same steps as autograd
// does on the same module. Links LibTorch only to make and check modules.
#include <sys/resource.h>
#include <torch/script.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "plugin/runtime.hpp"

// LibTorch's own CHECK must not shadow Catch's.
#undef CHECK
#undef CHECK_EQ
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "format/json.hpp"

using namespace mlo;
using namespace mlo::plugin;

namespace {

Runtime runtime() {
  static std::vector<PluginInfo> plugins = discover(std::vector<std::string>{MLO_TORCH_PLUGIN});
  return Runtime::load(choose_runtime(plugins, "torch", "torchscript"));
}

format::Value architecture(const std::string& model, const std::string& task = "classification",
                           int outputs = 3) {
  std::string scale = task == "regression" ? R"("target_mean":5,"target_std":3,)" : "";
  return format::parse_json(R"({"task":")" + task +
                                R"(","numeric":3,"cardinalities":[4,90],"outputs":)" +
                                std::to_string(outputs) + "," + scale +
                                R"("mean":[0.5,-1,2],"std":[1,2,0.25],"model":)" + model + "}",
                            "architecture");
}

format::Value options(const std::string& optimizer = R"({"name":"adam"})", int threads = 1) {
  return format::parse_json(R"({"task":"classification","seed":3,"threads":)" +
                                std::to_string(threads) + R"(,"optimizer":)" + optimizer + "}",
                            "options");
}

struct Rows {
  explicit Rows(int64_t rows) : n(rows) {
    for (int64_t i = 0; i < n; ++i) {
      for (int j = 0; j < 3; ++j) numeric.push_back(std::sin(double(i * 5 + j * 3)) * 2);
      category.push_back((i * 7) % 4);
      category.push_back((i * 13) % 90);
      labels.push_back(i % 5 == 0 ? 2 : numeric[size_t(3 * i)] > 0.3);
      pairs.push_back(numeric[size_t(3 * i)] > 0.3);
      values.push_back(5 + 2 * numeric[size_t(3 * i)] - numeric[size_t(3 * i + 1)]);
      weights.push_back(float(1 + i % 3));
    }
  }
  TensorView x(int64_t begin, int64_t count) const {
    return TensorView::matrix(std::span(numeric).subspan(size_t(begin * 3), size_t(count * 3)),
                              count, 3);
  }
  TensorView c(int64_t begin, int64_t count) const {
    return TensorView::matrix(std::span(category).subspan(size_t(begin * 2), size_t(count * 2)),
                              count, 2);
  }
  Batch batch(const std::string& task, int outputs) const {
    TensorView target = task == "regression" ? TensorView::vector(values)
                        : outputs == 1       ? TensorView::vector(pairs)
                                             : TensorView::vector(labels);
    return {x(0, n), c(0, n), target, TensorView::vector(weights)};
  }
  int64_t n;
  std::vector<double> numeric, values;
  std::vector<int64_t> category, labels, pairs;
  std::vector<float> weights;
};

torch::jit::Module load(const std::string& bytes) {
  std::istringstream in(bytes);
  return torch::jit::load(in);
}
std::string saved(const torch::jit::Module& module) {
  std::ostringstream out;
  module.save(out);
  return out.str();
}

torch::Tensor run_script(torch::jit::Module module, const Rows& rows) {
  auto x = torch::from_blob(const_cast<double*>(rows.numeric.data()), {rows.n, 3}, torch::kFloat64);
  auto c = torch::from_blob(const_cast<int64_t*>(rows.category.data()), {rows.n, 2}, torch::kInt64);
  return module.forward({x, c}).toTensor().contiguous();
}

std::vector<float> copy(const TensorView& tensor) {
  auto values = tensor.floats();
  return {values.begin(), values.end()};
}

const std::vector<std::string> kModels{
    R"({"builtin":"linear"})",
    R"({"builtin":"mlp","hidden":[20,7],"activation":"relu"})",
    R"({"builtin":"mlp","hidden":[33],"activation":"tanh","categories":"embedding"})",
    R"({"builtin":"mlp","hidden":[16,16,5],"activation":"sigmoid"})",
    R"({"builtin":"mlp","hidden":[40],"activation":"leaky_relu","categories":"one-hot"})",
};

}  // namespace

TEST_CASE("the built-in kernels compute what the generated TorchScript computes") {
  Rows rows(70);
  for (const std::string& text : kModels) {
    CAPTURE(text);
    Trainer trainer = runtime().build(architecture(text), {}, 9).trainer(options());
    for (int i = 0; i < 5; ++i) trainer.step(rows.batch("classification", 3), 0.05);
    Model model = trainer.model();
    auto ours = copy(model.session().run(rows.x(0, rows.n), rows.c(0, rows.n)));
    torch::Tensor theirs = run_script(load(model.save()), rows);
    REQUIRE(theirs.numel() == int64_t(ours.size()));
    for (size_t i = 0; i < ours.size(); ++i)
      CHECK(ours[i] == Approx(theirs.data_ptr<float>()[i]).margin(2e-5));
  }
}

TEST_CASE("a row gets the same bytes alone, in any batch, with any threads, saved or not") {
  Rows rows(300);
  for (const std::string& text : kModels) {
    CAPTURE(text);
    Trainer trainer = runtime().build(architecture(text), {}, 9).trainer(options());
    trainer.step(rows.batch("classification", 3), 0.05);
    Model model = trainer.model();
    auto all = copy(model.session().run(rows.x(0, 300), rows.c(0, 300)));
    CHECK(copy(trainer.eval(rows.x(0, 300), rows.c(0, 300))) == all);
    Model opened = runtime().open(model.save());
    CHECK(copy(opened.session(2).run(rows.x(0, 300), rows.c(0, 300))) == all);
    Session session = opened.session();
    for (int64_t i : {0, 1, 77, 299}) {
      auto one = copy(session.run(rows.x(i, 1), rows.c(i, 1)));
      CHECK(std::equal(one.begin(), one.end(), all.begin() + 3 * i));
    }
    auto some = copy(session.run(rows.x(100, 37), rows.c(100, 37)));
    CHECK(std::equal(some.begin(), some.end(), all.begin() + 300));
  }
}

TEST_CASE("fused training takes the steps that autograd takes") {
  Rows rows(48);
  struct Case {
    std::string task;
    int outputs;
  };
  for (const Case& which : {Case{"classification", 3}, {"classification", 1}, {"regression", 1}})
    for (const std::string& text : kModels)
      for (const std::string& optimizer : {std::string(R"({"name":"adam","weight_decay":0.01})"),
                                           std::string(R"({"name":"sgd","momentum":0.9})")}) {
        CAPTURE(which.task, which.outputs, text, optimizer);
        Model start = runtime().build(architecture(text, which.task, which.outputs), {}, 5);
        std::string inner = saved(load(start.save()).attr("module").toModule());
        Model wrapped = runtime().build(
            architecture(R"({"module":true})", which.task, which.outputs == 1 ? which.outputs : 3),
            inner, 5);
        Trainer fused = start.trainer(options(optimizer));
        Trainer autograd = wrapped.trainer(options(optimizer));
        for (int step = 0; step < 12; ++step) {
          double a = fused.step(rows.batch(which.task, which.outputs), 0.01);
          double b = autograd.step(rows.batch(which.task, which.outputs), 0.01);
          REQUIRE(a == Approx(b).epsilon(2e-4).margin(1e-6));
        }
        auto a = copy(fused.eval(rows.x(0, 48), rows.c(0, 48)));
        auto b = copy(autograd.eval(rows.x(0, 48), rows.c(0, 48)));
        REQUIRE(a.size() == b.size());
        // Adam turns the rounding of a gradient near zero into a whole step; SGD does not.
        double margin = optimizer.find("adam") != std::string::npos ? 1e-2 : 1e-4;
        for (size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(margin));
      }
}

TEST_CASE("same seed, same bytes, whatever the threads; another seed, others") {
  Rows rows(600);
  std::string text = R"({"builtin":"mlp","hidden":[64,32],"dropout":0.3})";
  auto train = [&](uint64_t seed, int threads) {
    Trainer trainer = runtime()
                          .build(architecture(text), {}, seed)
                          .trainer(options(R"({"name":"adam"})", threads));
    for (int i = 0; i < 20; ++i) trainer.step(rows.batch("classification", 3), 0.01);
    return trainer.model().save();
  };
  std::string bytes = train(1, 1);
  CHECK(train(1, 1) == bytes);
  CHECK(train(1, 2) == bytes);
  CHECK(train(1, 3) == bytes);
  CHECK(train(2, 1) != bytes);
  CHECK(runtime().open(bytes).save() == bytes);
}

TEST_CASE("dropout drops in training only and scales what it keeps") {
  Rows rows(200);
  std::string text = R"({"builtin":"mlp","hidden":[256],"dropout":0.5})";
  Model model = runtime().build(architecture(text), {}, 4);
  Trainer with = model.trainer(options());
  auto before = copy(with.eval(rows.x(0, 200), rows.c(0, 200)));
  CHECK(before == copy(model.session().run(rows.x(0, 200), rows.c(0, 200))));
  double first = with.step(rows.batch("classification", 3), 1e-9);
  double second = with.step(rows.batch("classification", 3), 1e-9);
  CHECK(first != second);  // other masks
  CHECK(first == Approx(second).epsilon(0.1));
}

TEST_CASE("training goes on from its saved state to the same bytes") {
  Rows rows(64);
  for (const std::string& text :
       {std::string(R"({"builtin":"mlp","hidden":[8],"dropout":0.2})"), std::string("module")}) {
    CAPTURE(text);
    Model start = runtime().build(architecture(text == "module" ? kModels[1] : text), {}, 5);
    if (text == "module")
      start = runtime().build(architecture(R"({"module":true})"),
                              saved(load(start.save()).attr("module").toModule()), 5);
    Trainer whole = start.trainer(options()), first = start.trainer(options()),
            second = start.trainer(options());
    for (int i = 0; i < 6; ++i) whole.step(rows.batch("classification", 3), 0.01);
    for (int i = 0; i < 3; ++i) first.step(rows.batch("classification", 3), 0.01);
    second.state_load(first.state_save());
    for (int i = 0; i < 3; ++i) second.step(rows.batch("classification", 3), 0.01);
    CHECK(second.model().save() == whole.model().save());
    CHECK_THROWS_WITH(second.state_load("nothing"), Catch::Contains("not a training state"));
    CHECK_THROWS_WITH(second.state_load(first.state_save() + "x"),
                      Catch::Contains("another model"));
  }
}

TEST_CASE("gradients of outputs by inputs are those of small differences") {
  Rows rows(6);
  Model model = runtime().build(
      architecture(R"({"builtin":"mlp","hidden":[12],"activation":"tanh"})"), {}, 2);
  Session session = model.session();
  auto view = session.gradients(rows.x(0, 6), rows.c(0, 6), 1).doubles();
  std::vector<double> gradient(view.begin(), view.end());
  for (size_t i = 0; i < gradient.size(); ++i) {
    Rows up = rows, down = rows;
    up.numeric[i] += 1e-2;
    down.numeric[i] -= 1e-2;
    float high = session.run(up.x(0, 6), up.c(0, 6)).floats()[i / 3 * 3 + 1];
    float low = session.run(down.x(0, 6), down.c(0, 6)).floats()[i / 3 * 3 + 1];
    CHECK(gradient[i] == Approx((double{high} - double{low}) / 2e-2).epsilon(0.02).margin(2e-3));
  }
}

TEST_CASE("a user's module is wrapped, trained and saved; its two classes may be one logit") {
  torch::jit::Module user("__torch__.Mine");
  user.register_attribute("training", c10::BoolType::get(), true);
  user.register_parameter("weight", torch::full({1, 3}, 0.1, torch::requires_grad()), false);
  user.define(R"(
def forward(self, numeric: Tensor, category: Tensor) -> Tensor:
    x = torch.dropout(numeric, 0.1, self.training)
    return torch.linear(x, self.weight) + category[:, 0:1].to(6) * 0.01
)");
  Rows rows(64);
  Model model =
      runtime().build(architecture(R"({"module":true})", "classification", 2), saved(user), 1);
  CHECK(model.signature().outputs == 1);
  auto train = [&] {
    Trainer trainer = model.trainer(options());
    double loss = 0;
    for (int i = 0; i < 50; ++i) loss = trainer.step(rows.batch("classification", 1), 0.05);
    CHECK(loss < 0.6);
    return trainer.model();
  };
  Model trained = train();
  std::string bytes = trained.save();
  CHECK(train().save() == bytes);
  auto out = copy(trained.session().run(rows.x(0, 64), rows.c(0, 64)));
  CHECK(copy(runtime().open(bytes).session().run(rows.x(0, 64), rows.c(0, 64))) == out);
}

TEST_CASE("what is not a number stays visible through every activation") {
  Rows rows(40);
  rows.numeric[3] = NAN;  // of row 1
  for (const std::string& text : kModels) {
    CAPTURE(text);
    Model model = runtime().build(architecture(text), {}, 9);
    // A linear model starts at 0, which hides nothing: 0 times NaN is NaN.
    auto out = copy(model.session().run(rows.x(0, rows.n), rows.c(0, rows.n)));
    for (size_t i = 0; i < out.size(); ++i) CHECK(std::isnan(out[i]) == (i / 3 == 1));
  }
}

TEST_CASE("what is not a model is refused in one line") {
  auto build = [](const std::string& source) {
    torch::jit::Module user("__torch__.Mine");
    user.register_attribute("training", c10::BoolType::get(), true);
    user.register_parameter("weight", torch::ones({2, 3}, torch::requires_grad()), false);
    user.define(source);
    return runtime().build(architecture(R"({"module":true})"), saved(user), 1);
  };
  CHECK_THROWS_WITH(build("def forward(self, x: Tensor) -> Tensor:\n    return x\n"),
                    Catch::Contains("must have a forward(numeric, category)"));
  CHECK_THROWS_WITH(build("def forward(self, x: Tensor, c: Tensor) -> Tensor:\n"
                          "    return torch.linear(x, self.weight)\n"),
                    Catch::Contains("returns 2 outputs for each row, the task needs 3"));
  CHECK_THROWS_WITH(build("def forward(self, x: Tensor, c: Tensor) -> Tensor:\n"
                          "    return torch.matmul(x, self.weight)\n"),
                    Catch::Contains("fails on 3 numeric and 2 categorical inputs: mat1 and mat2") &&
                        !Catch::Contains("\n"));
  CHECK_THROWS_WITH(build("def forward(self, x: Tensor, c: Tensor) -> Tensor:\n"
                          "    assert x.size(0) < 0, \"too many rows here\"\n"
                          "    return torch.linear(x, self.weight)\n"),
                    Catch::Contains("too many rows here") && !Catch::Contains("\n"));
  CHECK_THROWS_WITH(runtime().open("hello"), Catch::Contains("not a TorchScript file"));
  CHECK_THROWS_WITH(runtime().open(""), Catch::Contains("not a TorchScript file"));
  CHECK_THROWS_WITH(runtime().open("PK\x03\x04 and nothing else"),
                    Catch::Contains("not a TorchScript file that LibTorch"));
  torch::jit::Module bare("__torch__.Bare");
  CHECK_THROWS_WITH(runtime().open(saved(bare)), Catch::Contains("not a model that mlo trained"));
  std::string whole = runtime().build(architecture(kModels[1]), {}, 1).save();
  for (size_t size : {whole.size() / 3, whole.size() - 30})
    CHECK_THROWS_AS(runtime().open(whole.substr(0, size)), Error);
}

TEST_CASE("wrong architectures, options and batches are refused") {
  CHECK_THROWS_WITH(runtime().build(architecture(R"({"builtin":"tree"})"), {}, 1),
                    Catch::Contains("'builtin' must be linear or mlp, not 'tree'"));
  CHECK_THROWS_WITH(runtime().build(architecture(R"({"builtin":"mlp"})"), {}, 1),
                    Catch::Contains("'hidden'"));
  Model model = runtime().build(architecture(kModels[1]), {}, 1);
  CHECK_THROWS_WITH(model.trainer(options(R"({"name":"adamw"})")), Catch::Contains("adam or sgd"));
  Trainer trainer = model.trainer(options());
  Rows rows(8);
  rows.labels[3] = 3;
  CHECK_THROWS_WITH(trainer.step(rows.batch("classification", 3), 0.1),
                    Catch::Contains("target of row 3 is out of range"));
  rows.labels[3] = 0;
  rows.category[5] = 90;
  CHECK_THROWS_WITH(trainer.step(rows.batch("classification", 3), 0.1),
                    Catch::Contains("category 1 of row 2 has the code 90"));
  CHECK_THROWS_WITH(trainer.step(rows.batch("regression", 1), 0.1),
                    Catch::Contains("category") || Catch::Contains("class indices"));
}

TEST_CASE("threads that the system refuses are an error, not the end of the process") {
  Model model = runtime().build(architecture(R"({"builtin":"linear"})"), {}, 1);
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{256} << 20);
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  std::string problem;
  try {
    model.session(1024);
  } catch (const Error& error) {
    problem = error.message();
  }
  setrlimit(RLIMIT_AS, &before);
  CHECK(problem.starts_with("plugin 'torch' could not start a session"));
}
