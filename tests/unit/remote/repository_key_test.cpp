#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

const KeySource kPhrase{.passphrase = "correct horse", .key_bytes = ""};
const KeySource kFile{.passphrase = "", .key_bytes = std::string(32, 'k')};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a repository key is wrapped by a pass phrase or a key file") {
  const RepositoryKey key = new_repository_key();
  CHECK(key != new_repository_key());
  for (const KeySource& source : {kPhrase, kFile}) {
    const std::string wrapped = wrap_key(key, source);
    CHECK(unwrap_key(wrapped, source) == key);
    CHECK(wrapped.find('\n') == std::string::npos);
    CHECK(wrapped.find(to_hex(key)) == std::string::npos);
  }
}

TEST_CASE("the same key is never wrapped into the same line") {
  const RepositoryKey key = new_repository_key();
  CHECK(wrap_key(key, kFile) != wrap_key(key, kFile));
}

TEST_CASE("a damaged wrapped key opens nothing") {
  const std::string wrapped = wrap_key(new_repository_key(), kFile);
  for (size_t at = 0; at < wrapped.size(); ++at) {
    std::string damaged = wrapped;
    damaged[at] = wrapped[at] == '0' ? '1' : '0';
    CHECK_THROWS_AS(unwrap_key(damaged, kFile), Error);
  }
}

TEST_CASE("a wrong pass phrase or key file is named as such") {
  const RepositoryKey key = new_repository_key();
  const std::string by_phrase = wrap_key(key, kPhrase), by_file = wrap_key(key, kFile);
  CHECK_THAT(message_of([&] { unwrap_key(by_phrase, {.passphrase = "x", .key_bytes = ""}); }),
             Contains("wrong pass phrase"));
  CHECK_THAT(message_of([&] {
               unwrap_key(by_file, {.passphrase = "", .key_bytes = std::string(33, 'k')});
             }),
             Contains("wrong key file"));
  CHECK_THAT(message_of([&] { unwrap_key(by_phrase, kFile); }), Contains("needs its pass phrase"));
  CHECK_THAT(message_of([&] { unwrap_key(by_file, kPhrase); }), Contains("needs its key file"));
  CHECK(error_of([&] { wrap_key(key, {}); }).code() == Exit::usage);
  const Error shorter = error_of([&] { wrap_key(key, {.passphrase = "", .key_bytes = "short"}); });
  CHECK(shorter.code() == Exit::usage);
  CHECK_THAT(shorter.message(), Contains("holds 5 bytes"));
}

TEST_CASE("a wrapped key that nobody wrote is refused, and cannot ask for much memory") {
  const std::string wrapped = wrap_key(new_repository_key(), kPhrase);
  for (const std::string& text :
       {std::string(), std::string("mlo-key"), std::string("mlo-key 1 scrypt"), wrapped + " ",
        wrapped + "\n", wrapped.substr(1), wrapped.substr(0, wrapped.size() - 1),
        replaced(wrapped, " scrypt ", " other "), replaced(wrapped, "16 8 1", "16 8"),
        replaced(wrapped, "16 8 1", "16 8 x"), replaced(wrapped, " scrypt ", " file ")}) {
    CHECK_THAT(message_of([&] { unwrap_key(text, kPhrase); }), Contains("malformed"));
  }
  for (const char* cost : {"30 8 1", "16 1000 1", "16 8 1000", "-1 8 1", "9 8 1", "16 0 1"}) {
    CHECK_THAT(message_of([&] { unwrap_key(replaced(wrapped, "16 8 1", cost), kPhrase); }),
               Contains("out of range"));
  }
  CHECK_THAT(message_of([&] { unwrap_key(replaced(wrapped, "key 1", "key 2"), kPhrase); }),
             Contains("newer format"));
  // Cheaper to guess, if it opened.
  CHECK_THAT(message_of([&] { unwrap_key(replaced(wrapped, "16 8 1", "10 8 1"), kPhrase); }),
             Contains("wrong pass phrase"));
}
