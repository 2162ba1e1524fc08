#include "serve/package_servable.hpp"

#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::serve {
namespace {

ColumnType column_type(table::Type type) {
  switch (type) {
    case table::Type::categorical:
      return ColumnType::categorical;
    case table::Type::boolean:
      return ColumnType::boolean;
    case table::Type::date:
      return ColumnType::date;
    default:
      return ColumnType::numeric;
  }
}

class PackageServable final : public Servable {
 public:
  PackageServable(ServedModel model, infer::Predictor predictor)
      : model_(std::move(model)), predictor_(std::move(predictor)) {
    for (const auto& column : predictor_.encoder().columns()) {
      model_.inputs.push_back({column.name, column_type(column.type)});
    }
    model_.outputs = predictor_.outputs();
    model_.classes = predictor_.classes();
  }

  const ServedModel& model() const override { return model_; }

  void predict(const table::RawRows& rows, infer::Predictions& out) const override {
    static thread_local infer::Encoded encoded;
    try {
      predictor_.encoder().encode(rows, encoded);
    } catch (const Error& error) {
      throw usage(error.message(), error.hint());  // the client's rows, not our failure
    }
    auto session = borrow();
    session->predict(encoded, out);
    if (encoded.rows > kKeptRows) {
      encoded = {};  // and the session, whose buffers grew as well
    } else {
      give_back(std::move(session));
    }
  }

  void warm(unsigned sessions) const {
    table::RawRows rows;
    for (const auto& input : model_.inputs) rows.column(input.name).push(table::Cell::missing());
    infer::Predictions ignored;
    std::vector<std::unique_ptr<infer::PredictSession>> made;
    for (unsigned i = 0; i < sessions; ++i) {
      made.push_back(borrow());
      // Twice: LibTorch's executor profiles the first run and compiles in the second.
      for (int run = 0; run < 2; ++run) made.back()->predict(rows, ignored);
    }
    for (auto& session : made) give_back(std::move(session));
  }

 private:
  using Session = std::unique_ptr<infer::PredictSession>;

  /// A session that failed is not given back: its next run would start from an unknown state.
  Session borrow() const {
    {
      std::lock_guard hold(mutex_);
      if (!idle_.empty()) {
        Session session = std::move(idle_.back());
        idle_.pop_back();
        return session;
      }
    }
    return std::make_unique<infer::PredictSession>(predictor_.session(1));
  }
  void give_back(Session session) const {
    std::lock_guard hold(mutex_);
    idle_.push_back(std::move(session));
  }

  ServedModel model_;
  infer::Predictor predictor_;
  mutable std::mutex mutex_;
  mutable std::vector<Session> idle_;  // after predictor_: destroyed first
};

}  // namespace

std::shared_ptr<const Servable> make_servable(ServedModel model, infer::Predictor predictor,
                                              unsigned sessions) {
  auto servable = std::make_shared<PackageServable>(std::move(model), std::move(predictor));
  servable->warm(sessions);
  return servable;
}

std::shared_ptr<const Servable> load_servable(Env& env, repo::Workspace& workspace,
                                              const package::Resolved& resolved,
                                              const LoadOptions& options) {
  const auto opened = package::open_package(env, workspace, resolved, options.plugin_path);
  ServedModel model;
  model.name = !options.name.empty()    ? options.name
               : !resolved.name.empty() ? resolved.name
                                        : resolved.digest.brief();
  model.version =
      resolved.version != 0 ? std::to_string(resolved.version) : resolved.digest.brief();
  model.digest = resolved.digest.text();
  model.platform = opened.manifest().runtime;
  return in_context("while loading " + quoted(model.name), [&] {
    return make_servable(std::move(model), opened.predictor(), options.sessions);
  });
}

}  // namespace mlo::serve
