// A store in a directory of its own, and the golden files of the formats.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "store/batch.hpp"
#include "store/object_store.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace mlo::store {

struct StoreFixture {
  test::TempDir dir;
  test::TestEnv os;
  ObjectStore store = ObjectStore::open(os.env, dir / "store", OpenStore::create);

  Digest put(std::string_view bytes) {
    Batch batch(store);
    Digest digest = batch.add(bytes);
    batch.commit();
    return digest;
  }
  /// Turns one byte of a file of the store.
  void corrupt(const std::string& file, size_t offset) {
    std::string bytes = read_file(file);
    bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 0x20);
    overwrite(file, bytes);
  }
  void overwrite(const std::string& file, std::string_view bytes) {
    posix_files().change_mode(file, 0644);
    Descriptor fd = posix_files().create(file, Create::truncate, 0644);
    posix_files().write(fd.get(), as_bytes(bytes), file);
  }
};

/// Compares with tests/unit/store/data/<name>; MLO_TEST_ACCEPT=1 writes it.
inline void check_golden(const std::string& name, const std::string& bytes) {
  std::string file = std::string(MLO_TEST_DATA) + "/" + name;
  if (std::getenv("MLO_TEST_ACCEPT") != nullptr) {
    write_file_atomically(posix_files(), file, bytes);
  }
  INFO("golden file " << file);
  CHECK(to_hex(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size())) == [&] {
    std::string golden = read_file(file);
    return to_hex(std::span(reinterpret_cast<const uint8_t*>(golden.data()), golden.size()));
  }());
}

/// The message of the mlo::Error that `work` must throw.
template <typename Work>
std::string error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.message();
  }
  FAIL("no error");
  return "";
}

}  // namespace mlo::store
