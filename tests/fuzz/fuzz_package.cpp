// The files of a package, as they may come from somebody else: manifest, encoder, profile.
#include "drift/profile.hpp"
#include "fuzz/fuzz.hpp"
#include "infer/encoder.hpp"
#include "package/manifest.hpp"

namespace {

using namespace mlo;

void manifest(std::string_view text) {
  package::Manifest read = package::parse_manifest(text, "manifest.json");
  std::string printed = package::to_bytes(read);
  fuzz::require(package::to_bytes(package::parse_manifest(printed, "printed")) == printed,
                "a manifest reads back");
}

void encoder(std::string_view text) {
  infer::Encoder read = infer::Encoder::from_json(text, "encoder.json");
  std::string printed = read.to_json();
  fuzz::require(infer::Encoder::from_json(printed, "printed").to_json() == printed,
                "an encoder reads back");
}

void profile(std::string_view text) {
  drift::Profile read = drift::profile_from_json(text, "profile.json");
  std::string printed = drift::to_json(read);
  fuzz::require(drift::to_json(drift::profile_from_json(printed, "printed")) == printed,
                "a profile reads back");
}

std::string manifest_seed() {
  package::Manifest seed;
  seed.task = "classification";
  seed.target = "ok";
  seed.classes = {"no", "yes"};
  seed.inputs = {{"age", "numeric"}, {"group", "categorical"}};
  seed.runtime = "toy";
  seed.runtime_version = "1.0";
  seed.data = {{"data/train.csv", sha256("d")}};
  for (const char* name :
       {"encoder.json", "model.pt", "profile.json", "samples.json", "training.json"}) {
    seed.files.push_back({name, sha256(name), 3});
  }
  return package::to_bytes(seed);
}

std::string encoder_seed() {
  infer::InputColumn age, group;
  age.name = "age";
  age.mean = 40;
  age.std = 12.5;
  age.missing_flag = true;
  group.name = "group";
  group.type = table::Type::categorical;
  group.vocabulary = infer::Vocabulary({"a", "b"});
  return infer::Encoder({age, group}).to_json();
}

std::string profile_seed() {
  std::vector<double> ages = {52, 74, 35, 35.5, 19};
  std::vector<int32_t> codes = {0, 1, 1, -1, 0, 0};
  std::vector<std::string> names = {"a", "b"};
  return drift::to_json(
      {{drift::profile_numbers("age", ages), drift::profile_codes("group", codes, names)}});
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words = {"null",    "[]",    "{}", "-1",     "1e300",
                                    "\"NaN\"", "\"a\"", ",",  "sha256:"};
  return mlo::fuzz::run_targets({{"manifest", {manifest_seed()}, words, manifest},
                                 {"encoder", {encoder_seed()}, words, encoder},
                                 {"profile", {profile_seed()}, words, profile}},
                                argc, argv);
}
