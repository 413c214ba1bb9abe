// Times and figures as the house writes them: 2026-11-21 14:05, 01:14, 12,345.67.

const two = (value: number) => String(value).padStart(2, "0");

export function parseTime(text: string | null | undefined): number | null {
  if (!text) return null;
  const value = Date.parse(text);
  return Number.isNaN(value) ? null : value;
}

/** 2026-11-21 14:05 in the browser's time zone. */
export function dateTime(value: number): string {
  const at = new Date(value);
  return `${dateOf(value)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function dateOf(value: number): string {
  const at = new Date(value);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** 14:05 */
export function clock(value: number): string {
  const at = new Date(value);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** 14:05:09 */
export function clockSeconds(value: number): string {
  return `${clock(value)}:${two(new Date(value).getSeconds())}`;
}

/** 01:14, or 1:02:03 beyond an hour. Never negative. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

/** Numbers with thousands separators; anything else as it is. */
export function figure(value: string | number): string {
  const text = String(value);
  if (!/^-?\d{5,}(\.\d+)?$/.test(text)) return text;
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
