// The scanner beside Vectorscan (block and streaming), RE2::Set and PCRE2 with JIT: same patterns, same texts, one run.
// Thread CPU µs an utterance. Ours includes what the peers do not do: decoding and folding, numbers, entities, masking,
// guards. The peers get folded text. A peer that would take too long is given fewer texts, and says so.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <hs.h>
#include <pcre2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>

#include "core/time.h"
#include "random_pattern.h"
#include "signals/lexicon.h"
#include "text/fold.h"
#include "texts.h"

namespace fenshen::peers {
namespace {

struct Inputs {
  std::vector<std::string> texts, folded;  // folded: with sentence ends replaced
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double cpu_us(const std::function<void()>& run) {
  const std::int64_t start = core::thread_cpu_ns();
  run();
  return static_cast<double>(core::thread_cpu_ns() - start) / 1000.0;
}

struct Figure {
  std::string name;
  double compile_ms = 0;
  double us = 0;  // an utterance; negative: could not be built
  std::size_t texts = 0, matches = 0;
};

// One warm-up and five passes over the first `count` texts.
Figure measure(std::string name, double compile_us, std::size_t count, const std::function<std::size_t(std::size_t)>& scan) {
  Figure figure{std::move(name), compile_us / 1000, 0, count, 0};
  std::vector<double> passes;
  for (int pass = 0; pass <= 5; ++pass) {
    figure.matches = 0;
    const double us = cpu_us([&] {
      for (std::size_t i = 0; i < count; ++i) figure.matches += scan(i);
    });
    if (pass > 0) passes.push_back(us / static_cast<double>(count));
  }
  figure.us = median(std::move(passes));
  return figure;
}

Figure ours(const Inputs& in, const std::vector<PatternPair>& patterns) {
  content::Library library;
  std::shared_ptr<const signals::Lexicon> lexicon;
  const double compile = cpu_us([&] {
    signals::LexiconBuilder builder(library);
    for (const PatternPair& one : patterns) (void)builder.add(one.ours);
    lexicon = builder.build().value();
  });
  signals::Reader reader;
  signals::Reading reading;
  return measure("fenshen (whole reading)", compile, in.texts.size(), [&](std::size_t i) {
    reader.read(*lexicon, in.texts[i], 0, reading);
    return reading.hits.size();
  });
}

Figure vectorscan(const Inputs& in, const std::vector<PatternPair>& patterns, bool streaming) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags(patterns.size(), HS_FLAG_UTF8 | HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH), ids;
  for (const PatternPair& one : patterns) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    expressions.push_back(one.regex.c_str());
  }
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;
  hs_compile_error_t* error = nullptr;
  const std::string name = streaming ? "Vectorscan streaming" : "Vectorscan block";
  const double compile = cpu_us([&] {
    hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()),
                     streaming ? HS_MODE_STREAM : HS_MODE_BLOCK, nullptr, &database, &error);
  });
  if (database == nullptr || hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return {name, compile / 1000, -1, 0, 0};
  std::size_t matches = 0;
  const auto found = [](unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
    ++*static_cast<std::size_t*>(context);
    return 0;
  };
  hs_stream_t* stream = nullptr;
  if (streaming) hs_open_stream(database, 0, &stream);
  Figure figure = measure(name, compile, in.folded.size(), [&](std::size_t i) {
    matches = 0;
    const std::string& text = in.folded[i];
    const auto size = static_cast<unsigned>(text.size());
    if (streaming) {
      hs_reset_stream(stream, 0, scratch, found, &matches);
      hs_scan_stream(stream, text.data(), size, 0, scratch, found, &matches);
    } else {
      hs_scan(database, text.data(), size, 0, scratch, found, &matches);
    }
    return matches;
  });
  if (stream != nullptr) hs_close_stream(stream, scratch, found, &matches);
  hs_free_scratch(scratch);
  hs_free_database(database);
  return figure;
}

Figure re2_set(const Inputs& in, const std::vector<PatternPair>& patterns) {
  RE2::Options options;
  options.set_max_mem(std::int64_t{2} << 30);
  options.set_log_errors(false);
  options.set_dot_nl(true);
  RE2::Set set(options, RE2::UNANCHORED);
  bool compiled = true;
  const double compile = cpu_us([&] {
    for (const PatternPair& one : patterns) compiled = set.Add(one.regex, nullptr) >= 0 && compiled;
    compiled = set.Compile() && compiled;
  });
  if (!compiled) return {"RE2::Set", compile / 1000, -1, 0, 0};
  // Its automaton is built while it reads, so texts seen before cost nothing: what counts is new text, each one once.
  std::vector<int> found;
  Figure figure{"RE2::Set, new text", compile / 1000, 0, 0, 0};
  const auto scan = [&](std::size_t i) {
    found.clear();
    set.Match(in.folded[i], &found);
    return found.size();
  };
  const std::size_t warm = in.folded.size() / 2;
  for (std::size_t i = 0; i < std::min<std::size_t>(warm, 500); ++i) scan(i);
  double us = 0;
  for (std::size_t i = warm; i < in.folded.size() && us < 20e6; ++i, ++figure.texts) us += cpu_us([&] { figure.matches += scan(i); });
  figure.us = us / static_cast<double>(figure.texts);
  return figure;
}

Figure pcre2_jit(const Inputs& in, const std::vector<PatternPair>& patterns) {
  std::vector<pcre2_code*> codes;
  const double compile = cpu_us([&] {
    for (const PatternPair& one : patterns) {
      int error = 0;
      std::size_t at = 0;
      pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(one.regex.c_str()), one.regex.size(),
                                       PCRE2_UTF | PCRE2_DOTALL | PCRE2_NO_UTF_CHECK, &error, &at, nullptr);
      if (code != nullptr) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
      codes.push_back(code);
    }
  });
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  const std::size_t count = std::min<std::size_t>(in.folded.size(), 200);
  Figure figure = measure("PCRE2 JIT, one by one", compile, count, [&](std::size_t i) {
    std::size_t matches = 0;
    const std::string& text = in.folded[i];
    for (pcre2_code* code : codes)
      matches += code != nullptr && pcre2_jit_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, PCRE2_NO_UTF_CHECK, data, nullptr) >= 0;
    return matches;
  });
  pcre2_match_data_free(data);
  for (pcre2_code* code : codes) pcre2_code_free(code);
  return figure;
}

int main_of(int argc, char** argv) {
  auto source = corpus_texts();
  std::ranges::shuffle(source, std::mt19937(1));  // peers that get only some of the texts get a fair share of each set
  if (source.empty()) {
    fmt::print(stderr, "set FENSHEN_CORPORA: the comparison needs real texts\n");
    return 1;
  }
  Inputs in;
  for (const std::u32string& text : source) {
    in.texts.push_back(text::to_utf8(text));
    in.folded.push_back(text::to_utf8(with_sentence_ends(text)));
  }
  std::vector<std::size_t> sizes{1'000, 10'000};
  if (argc > 1) sizes = {static_cast<std::size_t>(std::atoll(argv[1]))};
  std::string line;
  for (const std::size_t size : sizes) {
    PatternMaker maker(source, 20261122);
    std::vector<PatternPair> patterns;
    while (patterns.size() < size) patterns.push_back(maker.next());
    fmt::print("{} patterns, {} utterances\n{:<26}{:>12}{:>16}{:>12}{:>10}{:>18}\n", size, in.texts.size(), "", "compile ms", "µs/utterance", "× fenshen", "texts", "matches/utterance");
    double base = 0;
    for (const auto& run : {std::function<Figure()>([&] { return ours(in, patterns); }), std::function<Figure()>([&] { return vectorscan(in, patterns, false); }),
                            std::function<Figure()>([&] { return vectorscan(in, patterns, true); }), std::function<Figure()>([&] { return re2_set(in, patterns); }),
                            std::function<Figure()>([&] { return pcre2_jit(in, patterns); })}) {
      const Figure one = run();
      if (base == 0) base = one.us;
      if (one.us < 0) {
        fmt::print("{:<26}{:>12.0f}{:>16}\n", one.name, one.compile_ms, "not built");
        continue;
      }
      fmt::print("{:<26}{:>12.0f}{:>16.2f}{:>12.1f}{:>10}{:>18.2f}\n", one.name, one.compile_ms, one.us, one.us / base, one.texts,
                 static_cast<double>(one.matches) / static_cast<double>(one.texts));
      std::fflush(stdout);
      line += fmt::format("{}{{\"patterns\":{},\"peer\":\"{}\",\"compile_ms\":{:.0f},\"us\":{:.2f}}}", line.empty() ? "" : ",", size, one.name, one.compile_ms, one.us);
    }
  }
  fmt::print("{{\"scanner\":[{}]}}\n", line);
  return 0;
}

}  // namespace
}  // namespace fenshen::peers

int main(int argc, char** argv) { return fenshen::peers::main_of(argc, argv); }
