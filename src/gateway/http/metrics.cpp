#include "gateway/http/metrics.h"

#include <prometheus/text_serializer.h>

#include <fstream>

#include "core/json_writer.h"

namespace fenshen::gateway {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5};

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * 4096;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void write(std::string& out, std::string_view name, std::string_view help, double value, bool counts) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(counts ? " counter\n" : " gauge\n");
  out.append(name).append(" ");
  core::JsonWriter(out).value(value);
  out.append("\n");
}

}  // namespace

Metrics::Metrics()
    : requests_(prometheus::BuildCounter().Name("fenshen_http_requests_total").Help("Requests answered, by operation and status").Register(*registry_)),
      durations_(prometheus::BuildHistogram().Name("fenshen_http_request_seconds").Help("Time from the last byte of a request to its answer").Register(*registry_)) {}

void Metrics::request(std::string_view operation, int status, double seconds) {
  requests_.Add({{"operation", std::string(operation)}, {"status", std::to_string(status)}}).Increment();
  durations_.Add({{"operation", std::string(operation)}}, kSeconds).Observe(seconds);
}

std::string Metrics::text(const Live& live) {
  std::string out = prometheus::TextSerializer().Serialize(registry_->Collect());
  const LiveStats& stats = live.stats();
  const auto number = [](const std::atomic<std::int64_t>& value) { return static_cast<double>(value.load()); };
  write(out, "fenshen_events_total", "Events folded", number(stats.events), true);
  write(out, "fenshen_utterances_total", "Utterances folded", number(stats.utterances), true);
  write(out, "fenshen_cards_total", "Cards given to live events", number(stats.cards), true);
  write(out, "fenshen_ticks_total", "Ticks appended because a deadline fell due", number(stats.ticks), true);
  write(out, "fenshen_pack_binds_total", "Conversations bound to changed content", number(stats.pack_binds), true);
  write(out, "fenshen_fold_errors_total", "Conversations that could not be folded", number(stats.fold_errors), true);
  write(out, "fenshen_append_errors_total", "Appends that the log refused", number(stats.append_errors), true);
  write(out, "fenshen_fold_cpu_seconds_total", "CPU time of folding", number(stats.fold_ns) / 1e9, true);
  write(out, "fenshen_conversations_open", "Conversations that have not ended", static_cast<double>(live.open_conversations()), false);
  if (server_ != nullptr) {
    write(out, "fenshen_connections_open", "Connections open now", number(server_->connections), false);
    write(out, "fenshen_sockets_open", "WebSockets open now", number(server_->sockets), false);
    write(out, "fenshen_connections_accepted_total", "Connections accepted", number(server_->accepted), true);
    write(out, "fenshen_connections_refused_total", "Connections over a limit", number(server_->refused), true);
    write(out, "fenshen_requests_malformed_total", "Requests that were not HTTP, too large or too slow", number(server_->malformed), true);
    write(out, "fenshen_slow_readers_total", "Sockets closed because their reader was too slow", number(server_->slow_readers), true);
  }
  write(out, "process_cpu_seconds_total", "CPU time of the process", cpu_seconds(), true);
  write(out, "process_resident_memory_bytes", "Resident memory", resident_bytes(), false);
  return out;
}

}  // namespace fenshen::gateway
