/** `1 page`, `2 pages`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a, b and 3 more`; each item once, so that a list of a thousand routes is still read. */
export function listed(items: Iterable<string>, most = 6, separator = ', '): string {
  const unique = [...new Set(items)];
  const rest = unique.length - most;
  return `${unique.slice(0, most).join(separator)}${rest > 0 ? ` and ${rest} more` : ''}`;
}
