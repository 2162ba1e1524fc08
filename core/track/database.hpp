// SQLite, as much of it as a cache needs: open, run, prepared statements, a transaction that rolls
// back unless committed. Private to this room. Every failure is std::nullopt or false: the caller
// goes on without its cache.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace mlo::track {

class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  explicit operator bool() const { return statement_ != nullptr; }
  void bind(int index, std::string_view text);
  void bind(int index, int64_t number);
  /// True while there is a row; `failed()` tells an error from the end.
  bool step();
  bool failed() const { return failed_; }
  void reset();
  std::string text(int column) const;
  int64_t number(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  bool failed_ = false;
};

class Database {
 public:
  /// Opens or creates; waits at most `wait_ms` for a lock.
  static std::optional<Database> open(const std::string& path, int wait_ms);
  bool run(const char* sql);
  Statement prepare(const char* sql) { return Statement(database_.get(), sql); }
  /// Damaged or no database at all, rather than locked or read-only.
  bool damaged() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace mlo::track
