/** The kernel's named numbers in text columns: the name where there is one, else digits. */

/** The text of a type that is a name, or a number without a name. */
export function spellType(type: string | number): string {
  return String(type);
}

/** Reads back what {@link spellType} wrote. */
export function parseType<T extends string | number>(text: string): T {
  return (/^\d+$/.test(text) ? Number(text) : text) as T;
}
