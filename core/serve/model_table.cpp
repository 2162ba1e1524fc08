#include "serve/model_table.hpp"

namespace mlo::serve {

std::shared_ptr<const ModelTable::Map> ModelTable::current() const {
  std::lock_guard hold(mutex_);
  return map_;
}

void ModelTable::set(std::shared_ptr<const Servable> servable) {
  const ServedModel& model = servable->model();
  Map next;
  Route& route = next[model.name];
  route.metrics = &metrics_.version(model.name, model.version);
  route.servable = std::move(servable);
  std::shared_ptr<const Map> replaced = std::make_shared<const Map>(std::move(next));
  std::unique_lock hold(mutex_);
  map_.swap(replaced);
  hold.unlock();  // the old version may be freed below, which takes its time
  if (!replaced->empty()) metrics_.switches.fetch_add(1);
}

Route ModelTable::find(std::string_view name) const {
  const auto map = current();
  const auto found = map->find(name);
  return found == map->end() ? Route{} : found->second;
}

std::vector<std::shared_ptr<const Servable>> ModelTable::list() const {
  std::vector<std::shared_ptr<const Servable>> out;
  const auto map = current();
  for (const auto& [name, route] : *map) out.push_back(route.servable);
  return out;
}

}  // namespace mlo::serve
