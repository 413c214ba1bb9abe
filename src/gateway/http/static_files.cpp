#include "gateway/http/static_files.h"

#include <array>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/hash.h"

namespace fenshen::gateway {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFileMost = 16 * 1024 * 1024;

std::string_view type_of(const fs::path& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes = {{
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"}, {".png", "image/png"}, {".ico", "image/x-icon"}, {".json", "application/json"},
      {".webmanifest", "application/manifest+json"}, {".woff2", "font/woff2"}, {".mp3", "audio/mpeg"}, {".wav", "audio/wav"},
      {".txt", "text/plain; charset=utf-8"}}};
  const std::string extension = path.extension().string();
  for (const auto& [known, type] : kTypes)
    if (known == extension) return type;
  return "application/octet-stream";
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& folder) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error); !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (!it->is_regular_file() || it->file_size() > kFileMost) continue;
    std::ifstream stream(it->path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    File file;
    file.bytes = std::move(bytes).str();
    file.type = type_of(it->path());
    file.etag = "\"" + core::to_hex(core::hash_bytes(file.bytes)) + "\"";
    const std::string name = "/" + fs::relative(it->path(), folder).generic_string();
    if (name.find("/.") != std::string::npos) continue;  // what the build keeps for itself
    file.immutable = name.starts_with("/assets/");
    files_.emplace(name, std::move(file));
  }
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  if (const auto found = files_.find(path); found != files_.end()) return &found->second;
  if (path.find("..") != std::string_view::npos) return nullptr;
  if (path == "/chat" || path == "/chat/") return files_.contains("/chat.html") ? &files_.at("/chat.html") : nullptr;
  // A path without an extension is a page of the front end, which finds its way itself.
  const std::size_t slash = path.rfind('/');
  if (path.substr(slash == std::string_view::npos ? 0 : slash).find('.') != std::string_view::npos) return nullptr;
  const auto index = files_.find("/index.html");
  return index == files_.end() ? nullptr : &index->second;
}

net::Response StaticFiles::serve(const net::Request& request, std::string_view path) const {
  net::Response response;
  const File* file = find(path);
  if (file == nullptr) {
    response.status = 404;
    return response;
  }
  response.headers.push_back({"ETag", file->etag});
  response.headers.push_back({"Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache"});
  if (request.header("If-None-Match") == file->etag) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", file->type});
  response.body = file->bytes;
  return response;
}

}  // namespace fenshen::gateway
