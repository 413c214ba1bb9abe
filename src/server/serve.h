// The server: store, content, live house, gateway and sockets wired together.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace fenshen::server {

struct ServeOptions {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one, printed
  std::filesystem::path data = ".fenshen";
  std::vector<std::filesystem::path> packs;  // empty: the default ones
  std::filesystem::path web;                 // empty: web/dist of the checkout, or beside the program
  std::string tls_certificate, tls_key;
  std::string token;                         // FENSHEN_TOKEN
  unsigned threads = 1;                      // that serve connections
  unsigned shards = 1;                       // that fold conversations
  unsigned act_timeout_s = 600;              // how long an allowed act may stay without a result
  unsigned connections = 4096;
  // Tests: called once it serves, with the passwords of accounts made at this start; the server stops when
  // `stop_descriptor` becomes readable, as on a signal.
  using Passwords = std::map<std::string, std::string>;
  std::function<void(std::uint16_t port, const Passwords& made)> started;
  int stop_descriptor = -1;
};

// Serves until SIGINT or SIGTERM. Exit status. Errors are printed with what to do about them.
int serve(const ServeOptions& options);

}  // namespace fenshen::server
