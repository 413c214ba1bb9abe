// What the house counts, as Prometheus text. Names are a contract with dashboards: http/metrics_golden.txt lists them.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>

#include "gateway/live/live.h"
#include "net/http_server.h"

namespace fenshen::gateway {

class Metrics {
 public:
  Metrics();
  void request(std::string_view operation, int status, double seconds);
  void watch(const net::ServerStats& stats) { server_ = &stats; }
  std::string text(const Live& live);

 private:
  void set(std::string_view name, std::string_view help, double value, bool counts);

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  const net::ServerStats* server_ = nullptr;
};

}  // namespace fenshen::gateway
