export function ContentListPage() { return null; }
