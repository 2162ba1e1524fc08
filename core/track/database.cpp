#include "track/database.hpp"

#include <sqlite3.h>

#include "track/index.hpp"

namespace mlo::track {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Statement::Statement(sqlite3* database, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  failed_ = sqlite3_prepare_v2(database, sql, -1, &raw, nullptr) != SQLITE_OK;
  statement_.reset(raw);
}

void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

void Statement::bind(int index, int64_t number) {
  sqlite3_bind_int64(statement_.get(), index, number);
}

bool Statement::step() {
  if (!statement_) return false;
  const int code = sqlite3_step(statement_.get());
  failed_ = code != SQLITE_ROW && code != SQLITE_DONE;
  return code == SQLITE_ROW;
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)) : "";
}

int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<Database> Database::open(const std::string& path, int wait_ms) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database;
  database.database_.reset(raw);
  if (code != SQLITE_OK) return std::nullopt;
  sqlite3_busy_timeout(raw, wait_ms);
  return database;
}

bool Database::run(const char* sql) {
  return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

bool Database::damaged() const {
  const int code = sqlite3_errcode(database_.get()) & 0xff;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

std::string index_library_version() { return sqlite3_libversion(); }

}  // namespace mlo::track
