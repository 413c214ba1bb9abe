/** The supervisor's list and the conversation he looks into. */
export class ConsolePage {
  constructor(page) {
    this.page = page;
    this.table = page.getByRole("table", { name: /进行中会话|Conversations in progress/ });
    this.rows = this.table.locator("[data-conversation]");
    this.detail = page.getByRole("region", { name: /^(会话详情|Conversation)/ });
  }

  row(conversation) {
    return this.table.locator(`[data-conversation="${conversation}"]`);
  }

  cell(conversation, index) {
    return this.row(conversation).getByRole("cell").nth(index);
  }
}
