// Reading one utterance of about 64 bytes: decode, scan of 10,000 patterns, entities, masks. Budget: 6 µs.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "core/time.h"
#include "signals/lexicon.h"
#include "text/fold.h"

namespace fenshen::signals {
namespace {

// Words of the trade and of all talk; patterns and utterances are made of the same ones, as in life.
const std::vector<std::string>& words() {
  static const std::vector<std::string> all = {
      "挂失", "转账", "贷款", "利息", "理财", "基金", "保险", "信用卡", "额度", "限额", "密码", "验证码", "余额", "账单", "还款", "逾期", "分期", "手续费", "年费", "积分",
      "开户", "销户", "冻结", "解冻", "存单", "定期", "活期", "到期", "赎回", "申购", "收益", "本金", "风险", "保本", "承诺", "保证", "绝对", "肯定", "安全", "损失",
      "投诉", "经理", "网点", "柜台", "手机银行", "短信", "通知", "身份证", "办理", "申请", "取消", "修改", "查询", "确认", "提醒", "同意", "录音", "客户", "银行", "公司"};
  return all;
}
const std::vector<std::string>& fillers() {
  static const std::vector<std::string> all = {"我", "你们", "那个", "就是", "想问一下", "是不是", "可以吗", "怎么", "什么时候", "了", "的", "，", "。", "好的", "嗯", "然后", "现在",
                                               "昨天", "明天", "五万块", "尾号4417", "三个月", "百分之五", "还没有", "已经", "都", "吗？", "不能", "给我", "帮我"};
  return all;
}

std::string pattern(std::mt19937& random) {
  const auto pick = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
  switch (random() % 5) {
    case 0: return pick(words()) + pick(words());
    case 1: return pick(words()) + ".." + pick(words());
    case 2: return "(" + pick(words()) + "|" + pick(words()) + ").." + pick(words()) + pick(fillers()).substr(0, 3);
    case 3: return pick(words()) + pick(words()) + "(了|吗)?.." + pick(words());
    default: return pick(words()) + "..{6}(" + pick(words()) + "|" + pick(words()) + "|" + pick(words()) + ")..#";
  }
}

std::vector<std::string> utterances() {
  std::mt19937 random(2);
  std::vector<std::string> out;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    while (text.size() < 60) text += random() % 3 == 0 ? words()[random() % words().size()] : fillers()[random() % fillers().size()];
    out.push_back(text);
  }
  return out;
}

std::shared_ptr<const Lexicon> lexicon(std::int64_t patterns) {
  static const content::Library library;
  std::mt19937 random(1);
  LexiconBuilder builder(library);
  for (std::int64_t i = 0; i < patterns;) {
    const auto id = builder.add(pattern(random), i % 4 == 0 ? "不保本|可能" : "", i % 5 == 0 ? "不|没|不能" : "");
    i += id.has_value();
  }
  return *builder.build();
}

void BM_Read(benchmark::State& state) {
  const auto compiled = lexicon(state.range(0));
  const auto texts = utterances();
  Reader reader;
  Reading reading;
  std::size_t i = 0, hits = 0, bytes = 0;
  for (auto _ : state) {
    reader.read(*compiled, texts[i], 20775, reading);
    hits += reading.hits.size();
    bytes += texts[i].size();
    if (++i == texts.size()) i = 0;
  }
  state.counters["hits"] = static_cast<double>(hits) / static_cast<double>(state.iterations());
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_Read)->Arg(0)->Arg(1000)->Arg(10000)->Arg(20000);

void BM_Fold(benchmark::State& state) {
  const auto texts = utterances();
  std::vector<char32_t> folded;
  std::vector<std::uint32_t> offset;
  std::vector<text::CharClass> classes;
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text::fold(texts[i], folded, offset, classes));
    if (++i == texts.size()) i = 0;
  }
}
BENCHMARK(BM_Fold);

void BM_Compile(benchmark::State& state) {
  static const content::Library library;
  std::mt19937 random(1);
  std::vector<std::string> patterns;
  for (std::int64_t i = 0; i < state.range(0); ++i) patterns.push_back(pattern(random));
  for (auto _ : state) {
    LexiconBuilder builder(library);
    for (const std::string& one : patterns) benchmark::DoNotOptimize(builder.add(one));
    benchmark::DoNotOptimize(builder.build());
  }
}
BENCHMARK(BM_Compile)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fenshen::signals
