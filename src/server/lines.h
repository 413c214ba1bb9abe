// Files of lines: read from a path, a pipe or "-" (standard input); written to a path or "-".
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fenshen::server {

class LineReader {
 public:
  static core::Result<LineReader> open(const std::string& path);
  // False at the end. Lines above 64 MiB are an error; a missing newline at the end of the file is not.
  core::Result<bool> next(std::string& line);
  std::size_t number() const { return number_; }  // of the line read last, from 1

 private:
  struct Close { void operator()(std::FILE* file) const; };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::size_t number_ = 0;
};

class LineWriter {
 public:
  static core::Result<LineWriter> open(const std::string& path);
  void write(std::string_view line);  // adds the line end
  core::Status close();               // reports what could not be written

 private:
  struct Close { void operator()(std::FILE* file) const; };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  bool failed_ = false;
};

}  // namespace fenshen::server
