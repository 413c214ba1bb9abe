#include "signals/internal/cues.h"

#include <string_view>

namespace fenshen::signals::internal {
namespace {

struct Row {
  CueKind kind;
  int arg;
  std::string_view words;  // joined by |
};

constexpr int kZero = kCueZero;

constexpr Row kRows[] = {
    {CueKind::day, kZero - 3, "大前天"},
    {CueKind::day, kZero - 2, "前天|前日|前儿个|the day before yesterday"},
    {CueKind::day, kZero - 1, "昨天|昨日|昨晚|昨夜|昨儿|昨个|寻日|琴日|yesterday|last night"},
    {CueKind::day, kZero, "今天|今日|今晚|今早|今儿|今晨|today|tonight|this morning|this afternoon"},
    {CueKind::day, kZero + 1, "明天|明日|明早|明晚|明儿|明个|听日|tomorrow"},
    {CueKind::day, kZero + 2, "后天|后日|后儿个|the day after tomorrow"},
    {CueKind::day, kZero + 3, "大后天"},

    {CueKind::month, kZero - 2, "上上个月|上上月"},
    {CueKind::month, kZero - 1, "上个月|上月|last month"},
    {CueKind::month, kZero, "这个月|这月|本月|当月|this month"},
    {CueKind::month, kZero + 1, "下个月|下月|次月|next month"},
    {CueKind::month, kZero + 2, "下下个月|下下月"},
    {CueKind::month_end, kZero - 1, "上个月底|上月底|上个月末|上月末"},
    {CueKind::month_end, kZero, "这个月底|这月底|本月底|月底|月末|这个月末|the end of this month|the end of the month|month end"},
    {CueKind::month_end, kZero + 1, "下个月底|下月底|下个月末|下月末|the end of next month"},
    {CueKind::year, kZero - 2, "前年"},
    {CueKind::year, kZero - 1, "去年|上年|last year"},
    {CueKind::year, kZero, "今年|本年|当年|this year"},
    {CueKind::year, kZero + 1, "明年|来年|next year"},
    {CueKind::year, kZero + 2, "后年"},
    {CueKind::month_name, 1, "january|jan"},
    {CueKind::month_name, 2, "february|feb"},
    {CueKind::month_name, 3, "march|mar"},
    {CueKind::month_name, 4, "april|apr"},
    {CueKind::month_name, 5, "may"},
    {CueKind::month_name, 6, "june|jun"},
    {CueKind::month_name, 7, "july|jul"},
    {CueKind::month_name, 8, "august|aug"},
    {CueKind::month_name, 9, "september|sep|sept"},
    {CueKind::month_name, 10, "october|oct"},
    {CueKind::month_name, 11, "november|nov"},
    {CueKind::month_name, 12, "december|dec"},
    {CueKind::every, 0, "每月|每个月|月月|每年|每周|每个礼拜|每个星期|逐月|次次|every month|each month|monthly|every"},
    {CueKind::past, 0, "上次|那天|当时|刚|曾|最近|was|were|had|did|last|ago|since"},
    {CueKind::past, 1, "了|过|已经|已"},  // behind the date only

    {CueKind::currency, 0, "人民币|rmb|cny|yuan|renminbi|¥|￥"},
    {CueKind::currency, 1, "美元|美金|美刀|usd|dollar|dollars|us dollars|$|us$|bucks"},
    {CueKind::currency, 2, "欧元|eur|euro|euros|€"},
    {CueKind::currency, 3, "英镑|gbp|pound|pounds|sterling|£"},
    {CueKind::currency, 4, "日元|日币|日圆|jpy|yen"},
    {CueKind::currency, 5, "港币|港元|港纸|hkd|hk$|hk dollars"},
    {CueKind::currency, 6, "澳元|澳币|澳大利亚元|aud|a$|australian dollars"},
    {CueKind::currency, 7, "加元|加币|加拿大元|cad|c$|canadian dollars"},
    {CueKind::currency, 8, "新加坡元|新元|新币|sgd|s$|singapore dollars"},
    {CueKind::currency, 9, "瑞士法郎|瑞郎|chf|swiss francs"},
    {CueKind::currency, 10, "韩元|韩币|krw|won"},
    {CueKind::currency, 11, "泰铢|thb|baht"},
    {CueKind::currency, 12, "纽元|新西兰元|nzd"},
    {CueKind::currency, 13, "澳门元|澳门币|mop"},
    {CueKind::currency, 14, "新台币|台币|twd"},

    {CueKind::tail, 0, "尾号|卡尾|尾数|卡尾号|card ending in|ending in|ending with|ends in|ends with|ending"},
    {CueKind::tail, 1,
     "后四位|末四位|最后四位|后4位|末4位|最后4位|后四位数|后四个数|最后四个数|last four digits|last 4 digits|last four|last 4|last four numbers"},
    {CueKind::tail_after, 0,
     "就它|就是它|这张|那张|这个卡|那个卡|这卡|那卡|的卡|的那张|的这张|号卡|结尾|收尾|尾的|尾号|is the last four|are the last four"},
    {CueKind::card, 0, "卡|卡号|银行卡|借记卡|信用卡|储蓄卡|贷记卡|账号|账户|card|card number|account|account number"},
    {CueKind::id, 0, "身份证|证件|身份证号|证件号|护照|社保|id|id card|id number|passport|ssn"},
    {CueKind::phone, 0, "手机|手机号|电话|号码|联系方式|座机|打给|拨打|phone|mobile|cell|telephone|call me"},
    {CueKind::secret, 0,
     "密码|取款密码|登录密码|查询密码|交易密码|支付密码|验证码|动态码|动态密码|校验码|口令|安全码|激活码|授权码|pin|otp|passcode|"
     "password|cvv|cvv2|cvc|verification code|security code|one-time code|the code"},
    {CueKind::name, 0, "我叫|户名|姓名|名字叫|名字是|本人叫|名叫|开户名|持卡人|收款人|收款户名|我是叫|我的名字|我姓名"},
    {CueKind::name, 1, "my name is|my name's|the name is|name on the card is|account holder is|payee is|i am called"},

    {CueKind::money_before, 0,
     "转|存|借|还|付|刷|花|取|扣|充|汇|打|贷|欠|交|缴|补|押|收|退|赔|亏|赚|投|追加|少|多|剩|放|提现|提到|调到|调成|降到|抬到|加到|套|骗|要给|给|买|余|"
     "金额|余额|额度|限额|本金|利息|罚息|费用|手续费|年费|费|款|价|钱|工资|月供|月薪|收入|应还|最低|最低还款|账单|房租|租金|学费|押金|首付|存款|贷款|"
     "一共|总共|合计|共计|总计|还有|还剩|一笔|这笔|那笔|总额|上限|消费|里面有|卡里|保费|保额|流水|违约金|退休金|养老金|收益|分红|赎回|申购|"
     "transfer|send|pay|paid|owe|deposit|withdraw|withdrew|spend|spent|balance|amount|charged|charge|fee|borrow|limit|limit to|"
     "payment|invest|cost|costs|refund|salary|premium"},
    {CueKind::money_after, 0, "打多|打错|转错|付的|花的|刷的|转的|扣的|存的|取的|的利息|的手续费|的年费|的转账|的消费|的额度|的限额|的本金|元整|到账|利息|押金"},
    {CueKind::not_money, 0,
     "工号|编号|单号|案号|房号|楼|第|电话|热线|拨打|尾号|邮编|积分|航班|车牌|型号|版本|班次|柜台|窗口|岁|今年|年龄|坐席|座席|流水号|合同号|保单号|"
     "employee number|badge|extension|ref|reference|case number|room|press|age|aged"},
    {CueKind::question, 0,
     "吗|么|呢|什么|甚么|啥|怎么|怎样|咋|多少|几天|几号|几个|几点|几年|几月|几块|几次|几时|几位|几成|哪|哪里|哪儿|哪个|谁|为什么|为啥|为何|如何|是否|能不能|可不可以|可以不|"
     "是不是|有没有|行不行|会不会|要不要|好不好|对不对|算不算|该不该|用不用|需不需要|多久|多长|多大|多高|多快|有无|可否|能否|点解|点样|点算|乜|边度|几耐|"
     "what|how|when|where|why|who|which|whose|can i|can you|could i|could you|is it|is there|are there|do i|do you|does it|did you|"
     "should i|may i|will it|will you|would you|am i|have you|is that|is this|are you"},
};

constexpr std::string_view kEnglishWords[] = {
    "zero",    "one",     "two",       "three",    "four",     "five",   "six",     "seven", "eight", "nine",    "ten",
    "eleven",  "twelve",  "thirteen",  "fourteen", "fifteen",  "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
    "forty",   "fifty",   "sixty",     "seventy",  "eighty",   "ninety", "hundred", "thousand", "million"};

void add_row(const Row& row, std::vector<CueEntry>& out) {
  std::string_view rest = row.words;
  while (!rest.empty()) {
    const std::size_t bar = rest.find('|');
    out.push_back({std::string(rest.substr(0, bar)), {row.kind, static_cast<std::uint16_t>(row.arg)}});
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
  }
}

// 下周三, 上个星期天, 这礼拜五; 周三 alone.
void add_weekdays(std::vector<CueEntry>& out) {
  const struct { std::string_view words; int weeks; } when[] = {
      {"下下个", 2}, {"下下", 2}, {"下个", 1}, {"下", 1}, {"上上个", -2}, {"上上", -2}, {"上个", -1}, {"上", -1}, {"这个", 0}, {"这", 0}, {"本", 0}};
  const std::string_view names[] = {"周", "星期", "礼拜"};
  const struct { std::string_view word; int day; } days[] = {{"一", 0}, {"二", 1}, {"三", 2}, {"四", 3}, {"五", 4}, {"六", 5}, {"日", 6}, {"天", 6}};
  for (const std::string_view name : names)
    for (const auto& day : days) {
      const std::string base = std::string(name) + std::string(day.word);
      if (base == "周天") continue;
      out.push_back({base, {CueKind::any_weekday, static_cast<std::uint16_t>(day.day)}});
      for (const auto& one : when)
        out.push_back({std::string(one.words) + base, {CueKind::weekday, static_cast<std::uint16_t>(kZero + 7 * one.weeks + day.day)}});
    }
  const std::string_view english[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  for (int day = 0; day < 7; ++day) {
    const std::string word(english[day]);
    out.push_back({word, {CueKind::any_weekday, static_cast<std::uint16_t>(day)}});
    out.push_back({"next " + word, {CueKind::weekday, static_cast<std::uint16_t>(kZero + 7 + day)}});
    out.push_back({"last " + word, {CueKind::weekday, static_cast<std::uint16_t>(kZero - 7 + day)}});
    out.push_back({"this " + word, {CueKind::weekday, static_cast<std::uint16_t>(kZero + day)}});
  }
}

std::vector<CueEntry> build() {
  std::vector<CueEntry> out;
  for (const Row& row : kRows) add_row(row, out);
  add_weekdays(out);
  for (std::size_t i = 0; i < std::size(kEnglishWords); ++i)
    out.push_back({std::string(kEnglishWords[i]), {CueKind::english, static_cast<std::uint16_t>(i)}});
  return out;
}

}  // namespace

const std::vector<CueEntry>& builtin_cues() {
  static const std::vector<CueEntry> cues = build();
  return cues;
}

}  // namespace fenshen::signals::internal
