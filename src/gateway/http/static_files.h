// The built front end, read once into memory: small, and nothing outside its folder can be reached.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "net/http.h"

namespace fenshen::gateway {

class StaticFiles {
 public:
  StaticFiles() = default;
  explicit StaticFiles(const std::filesystem::path& folder);

  bool empty() const { return files_.empty(); }
  // 404 has an empty body. Pages of the front end (paths without a dot, outside /api) get its index page.
  net::Response serve(const net::Request& request, std::string_view path) const;

 private:
  struct File {
    std::string bytes, type, etag;
    bool immutable = false;  // the name holds a hash of the content
  };
  const File* find(std::string_view path) const;
  std::map<std::string, File, std::less<>> files_;  // by path from the root, "/index.html"
};

}  // namespace fenshen::gateway
