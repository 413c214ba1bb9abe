/** Two circles, one behind the other: the rep and the double. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--ink)" />
      <g fill="none" stroke="var(--ink-on)" strokeWidth="2.4">
        <circle cx="13" cy="16" r="6.4" />
        <circle cx="19" cy="16" r="6.4" />
      </g>
    </svg>
  );
}
