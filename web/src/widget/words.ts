// The widget's words in both languages; the dictionaries of the desk stay out of it.
export interface Words {
  open: string;
  title: string;
  close: string;
  contact: string;
  contactHint: string;
  waiting: string;
  waitingPlace: (place: number) => string;
  waitingHint: string;
  serving: string;
  servedBy: (rep: string) => string;
  joined: (rep: string) => string;
  ended: string;
  endedHint: string;
  again: string;
  expired: string;
  end: string;
  endAsk: string;
  endYes: string;
  endNo: string;
  placeholder: string;
  send: string;
  you: string;
  rep: string;
  system: string;
  sending: string;
  sent: string;
  delivered: string;
  typing: (rep: string) => string;
  lost: string;
  back: string;
  tooLong: (max: number) => string;
  busy: string;
  failed: string;
  privacy: string;
  unread: (count: number) => string;
  log: string;
  welcome: string;
  human: string;
}

export const words: Record<"zh" | "en", Words> = {
  zh: {
    open: "联系客服",
    title: "在线客服",
    close: "收起",
    contact: "联系坐席",
    contactHint: "人工坐席为您服务",
    waiting: "正在排队",
    waitingPlace: (place) => `排队第 ${place} 位`,
    waitingHint: "可以先写下情况，坐席接入就能看到。",
    serving: "人工服务中",
    servedBy: (rep) => `人工坐席 ${rep}`,
    joined: (rep) => `人工坐席${rep ? ` ${rep} ` : ""}已接入`,
    ended: "会话已结束",
    endedHint: "聊天记录保留在这里。",
    again: "开始新的会话",
    expired: "之前的会话已过期",
    end: "结束会话",
    endAsk: "结束这次会话？",
    endYes: "结束",
    endNo: "继续",
    placeholder: "输入消息",
    send: "发送",
    you: "您",
    rep: "坐席",
    system: "系统",
    sending: "发送中",
    sent: "已发出",
    delivered: "已送达",
    typing: (rep) => `${rep}正在输入`,
    lost: "网络已断开，正在重连 · 已输入的内容保留",
    back: "已重新连上",
    tooLong: (max) => `最多 ${max} 字`,
    busy: "现在请求太多，请稍等再试。",
    failed: "没有连上，请稍后再试。",
    privacy: "我们不会问您的密码和验证码",
    unread: (count) => `${count} 条未读消息`,
    log: "聊天记录",
    welcome: "您好，请写下您的诉求，由人工坐席回复。",
    human: "回复您的是人工坐席",
  },
  en: {
    open: "Contact us",
    title: "Online service",
    close: "Close",
    contact: "Talk to a person",
    contactHint: "Our representatives answer you",
    waiting: "Waiting",
    waitingPlace: (place) => `Number ${place} in line`,
    waitingHint: "You can already write; the representative will see it.",
    serving: "Connected",
    servedBy: (rep) => `Representative ${rep}`,
    joined: (rep) => `Representative${rep ? ` ${rep}` : ""} has joined`,
    ended: "The conversation has ended",
    endedHint: "The messages stay here.",
    again: "Start a new conversation",
    expired: "The earlier conversation has expired",
    end: "End conversation",
    endAsk: "End this conversation?",
    endYes: "End",
    endNo: "Go on",
    placeholder: "Type a message",
    send: "Send",
    you: "You",
    rep: "Representative",
    system: "System",
    sending: "Sending",
    sent: "Sent",
    delivered: "Delivered",
    typing: (rep) => `${rep} is typing`,
    lost: "Connection lost, reconnecting · what you typed is kept",
    back: "Connected again",
    tooLong: (max) => `At most ${max} characters`,
    busy: "Too many requests. Please wait a moment.",
    failed: "Could not connect. Please try again later.",
    privacy: "We never ask for passwords or codes",
    unread: (count) => `${count} unread messages`,
    log: "Messages",
    welcome: "Hello, please tell us what you need. A representative will answer.",
    human: "A person answers you",
  },
};
