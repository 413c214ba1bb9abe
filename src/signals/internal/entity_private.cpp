// What is hidden although it is no entity: passwords and codes, names after the words that announce them, e-mail.
#include <algorithm>

#include "signals/internal/entity_reader.h"

namespace fenshen::signals::internal {
namespace {

constexpr std::uint32_t kSecretReach = 6;       // characters between 密码 and the figures
constexpr std::uint32_t kLongSecretReach = 14;  // for six figures

constexpr std::u32string_view kSurnames =
    U"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵"
    U"孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成"
    U"游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭"
    U"窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥蔺云";
constexpr std::u32string_view kDoubleSurnames[] = {U"欧阳", U"上官", U"司马", U"诸葛", U"东方", U"皇甫", U"尉迟", U"公孙", U"慕容", U"司徒", U"令狐", U"夏侯", U"端木", U"南宫"};

// Where a name ends although no mark follows.
constexpr std::u32string_view kAfterName =
    U"的是今身证手电卡尾号我你您在想要来吗啊呢哦吧和跟有了年男女这那也就不住帮办说叫从到给对把被退都还没可能已刚现问";
// What follows 姓名 or 我叫 when no name does.
constexpr std::u32string_view kNoName = U"什啥谁哪怎多请您你我他她的和跟写填对不没报告是叫及与有一二三四五六七八九十两";

constexpr std::u32string_view kEnglishStops[] = {U"and", U"i", U"from", U"calling", U"my", U"with", U"on", U"in", U"the", U"a", U"is", U"not", U"wrong", U"what", U"here", U"of", U"to", U"it"};

}  // namespace

void EntityReader::read_secrets() {
  for (const Cue& cue : u_.cues) {
    if (cue.kind != CueKind::secret) continue;
    const std::size_t i = number_from(cue.end);
    if (i != kNoNumber && u_.same_sentence(cue.begin, number(i).begin)) {
      const Number& n = number(i);
      const std::uint32_t distance = n.begin - cue.end;
      const bool near = distance <= kSecretReach && n.run >= 3 && n.run <= 12;
      const bool far = distance <= kLongSecretReach && (n.run == 6 || n.run == 4);
      if ((near || far) && u_.at(n.end) != U'年') {
        mask(n.begin, n.end);
        use(i);
      }
    }
    // abc123 behind 是 or a colon
    std::uint32_t at = cue.end;
    bool said = false;
    while (at < u_.size() && at < cue.end + 5 && u_.is_one_of(at, U"是为就叫: =\"成改")) said = said || u_.at(at) != U' ', ++at;
    if (u_.starts(at, U"is ")) at += 3, said = true;
    if (!said) continue;
    std::uint32_t end = at;
    bool letter = false, digit = false;
    for (; end < u_.size() && end < at + 24 && ((u_.kind(end) & (text::kLetter | text::kDigit)) != 0 || u_.is_one_of(end, U"_@#$")); ++end) {
      letter = letter || (u_.kind(end) & text::kLetter) != 0;
      digit = digit || u_.is_digit(end);
    }
    if (letter && digit && end - at >= 4) {
      mask(at, end);
      use_within(at, end);
    }
  }
  // 123456是我的密码
  for (std::size_t i = 0; i < count(); ++i) {
    const Number& n = number(i);
    if (!free(i) || n.run < 4 || n.run > 8) continue;
    std::uint32_t at = n.end;
    while (at < u_.size() && at < n.end + 4 && u_.is_one_of(at, U"就是我的,这个")) ++at;
    const bool named = at > n.end && std::ranges::any_of(u_.cues_in(at, at), [](const Cue& cue) { return cue.kind == CueKind::secret; });
    if (!named) continue;
    mask(n.begin, n.end);
    use(i);
  }
}

void EntityReader::read_names() {
  for (const Cue& cue : u_.cues) {
    if (cue.kind != CueKind::name) continue;
    std::uint32_t at = cue.end;
    while (at < u_.size() && at < cue.end + 4 && u_.is_one_of(at, U"是叫: ,为\"就")) ++at;
    if (cue.arg == 1) mask_english_name(at);
    else mask_han_name(at);
  }
}

void EntityReader::mask_han_name(std::uint32_t begin) {
  if ((u_.kind(begin) & text::kHan) == 0) return;
  const bool twofold = std::ranges::any_of(kDoubleSurnames, [&](std::u32string_view name) { return u_.starts(begin, name); });
  const bool known = twofold || u_.is_one_of(begin, kSurnames);
  if (!known && u_.is_one_of(begin, kNoName)) return;
  const std::uint32_t given = begin + (twofold ? 2 : 1);
  std::uint32_t end = given;
  while (end < u_.size() && end < given + 2 && (u_.kind(end) & text::kHan) != 0 && !u_.is_one_of(end, kAfterName)) ++end;
  if (end == given) return;
  // Without a known surname only what stands alone up to the next mark.
  if (!known && (u_.kind(end) & text::kHan) != 0) return;
  mask(begin, end);
}

void EntityReader::mask_english_name(std::uint32_t begin) {
  std::uint32_t end = begin, at = begin;
  for (int words = 0; words < 3; ++words) {
    std::uint32_t stop = at;
    while (stop < u_.size() && ((u_.kind(stop) & text::kLetter) != 0 || u_.at(stop) == U'\'' || u_.at(stop) == U'-')) ++stop;
    if (stop == at) break;
    const std::u32string_view word(u_.scanned.text.data() + at, stop - at);
    if (std::ranges::find(kEnglishStops, word) != std::end(kEnglishStops)) break;
    end = stop;
    if (u_.at(stop) != U' ') break;
    at = stop + 1;
  }
  if (end > begin) mask(begin, end);
}

void EntityReader::read_emails() {
  const auto name = [&](std::uint32_t i) { return (u_.kind(i) & (text::kLetter | text::kDigit)) != 0 || u_.is_one_of(i, U"._%+-"); };
  for (std::uint32_t i = 1; i + 1 < u_.size(); ++i) {
    if (u_.at(i) != U'@') continue;
    std::uint32_t begin = i, end = i + 1;
    while (begin > 0 && name(begin - 1)) --begin;
    bool dot = false;
    while (end < u_.size() && ((u_.kind(end) & (text::kLetter | text::kDigit)) != 0 || u_.is_one_of(end, U".-"))) dot = dot || u_.at(end) == U'.', ++end;
    while (end > i + 1 && u_.is_one_of(end - 1, U".-")) --end;
    if (begin == i || !dot || end < i + 4) continue;
    mask(begin, end);
    use_within(begin, end);
  }
}

}  // namespace fenshen::signals::internal
