// Any valid UTF-8 through the reader with a lexicon of all pattern forms; the first bytes also make patterns. What must
// hold of every reading is checked, so the fuzzer looks for more than crashes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.h"
#include "core/utf8.h"
#include "signals/lexicon.h"
#include "text/fold.h"

namespace {

using namespace fenshen;

content::Library make_library() {
  content::Library library;
  library.classes.push_back({"lost", "", {"(卡|存折)..{4}(丢|没)了", "挂失"}, {}});
  library.emotions.push_back({"angry", {"气死", "投诉"}, {}});
  content::Product product;
  product.code = "P1";
  product.name = {"稳江固收", "Wenjiang"};
  library.products.push_back(product);
  return library;
}

void check_span(const signals::Span& span, std::uint32_t size) {
  FENSHEN_CHECK(span.begin <= span.end);
  FENSHEN_CHECK(span.end <= size);
}

void check(const signals::Reading& reading, std::string_view text) {
  FENSHEN_CHECK(reading.offset.size() == reading.folded.size() + 1);
  FENSHEN_CHECK(reading.code_points == core::count_code_points(text));
  for (const auto& hit : reading.hits) check_span(hit.span, reading.code_points);
  std::uint32_t end = 0;
  for (const auto& span : reading.mask) {
    check_span(span, reading.code_points);
    FENSHEN_CHECK(end == 0 || span.begin > end);
    end = span.end;
  }
  for (const auto& entity : reading.entities) {
    check_span(entity.span, reading.code_points);
    FENSHEN_CHECK(!entity.value.empty());
  }
  FENSHEN_CHECK(core::count_code_points(signals::masked(text, reading)) == reading.code_points);
}

// Null if the pattern is refused.
std::shared_ptr<const signals::Lexicon> compile(std::string_view pattern) {
  static const content::Library library = make_library();
  signals::LexiconBuilder builder(library);
  for (const char* one : {"{lost}", "^好$", "转..#元", "#{4,6}", "guarante*", "(a|b)?c..d", "百分之#"})
    FENSHEN_CHECK(builder.add(one, "不", "没").has_value());
  if (!pattern.empty() && !builder.add(pattern).has_value()) return nullptr;
  auto lexicon = builder.build();
  FENSHEN_CHECK(lexicon.has_value());
  return *lexicon;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (core::find_invalid_utf8(input)) return 0;
  static const auto base = compile({});
  static signals::Reader reader;
  static signals::Reading reading;
  reader.read(*base, input, 20000, reading);
  check(reading, input);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos || line > 200) return 0;
  const auto lexicon = compile(input.substr(0, line));
  if (lexicon == nullptr) return 0;
  const std::string_view text = input.substr(line + 1);
  reader.read(*lexicon, text, 20000, reading);
  check(reading, text);
  return 0;
}
