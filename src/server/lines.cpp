#include "server/lines.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace fenshen::server {
namespace {
constexpr std::size_t kLineBytesMax = 64u << 20;
}

void LineReader::Close::operator()(std::FILE* file) const {
  if (file != stdin) std::fclose(file);
}
void LineWriter::Close::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

core::Result<LineReader> LineReader::open(const std::string& path) {
  LineReader reader;
  reader.path_ = path;
  reader.file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!reader.file_) return core::fail(core::Code::not_found, std::string("cannot be opened: ") + std::strerror(errno), path);
  return reader;
}

core::Result<bool> LineReader::next(std::string& line) {
  line.clear();
  char buffer[1 << 16];
  while (std::fgets(buffer, sizeof buffer, file_.get()) != nullptr) {
    // A NUL inside the line would end it here unseen; fgets keeps reading, so the parser sees a cut line and refuses it.
    line += buffer;
    if (line.size() > kLineBytesMax) return core::fail(core::Code::too_large, "line above 64 MiB", fmt::format("{}:{}", path_, number_ + 1));
    if (line.back() == '\n') break;
  }
  if (std::ferror(file_.get())) return core::fail(core::Code::unavailable, "cannot be read", path_);
  if (line.empty()) return false;
  ++number_;
  if (line.back() == '\n') line.pop_back();
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

core::Result<LineWriter> LineWriter::open(const std::string& path) {
  LineWriter writer;
  writer.path_ = path;
  writer.file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "wb"));
  if (!writer.file_) return core::fail(core::Code::unavailable, std::string("cannot be written: ") + std::strerror(errno), path);
  return writer;
}

void LineWriter::write(std::string_view line) {
  failed_ |= std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size();
  failed_ |= std::fputc('\n', file_.get()) == EOF;
}

core::Status LineWriter::close() {
  failed_ |= std::fflush(file_.get()) != 0;
  if (failed_) return core::fail(core::Code::unavailable, "could not be written completely (disk full?)", path_);
  return {};
}

}  // namespace fenshen::server
