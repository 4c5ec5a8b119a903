/** How the kernel's named numbers stand in text columns: by name where they have one, else in digits. */

/** The text of a type that is a name, or a number without a name. */
export function spellType(type: string | number): string {
  return String(type);
}

/** Reads back what {@link spellType} wrote. */
export function parseType<T extends string | number>(text: string): T {
  return (/^\d+$/.test(text) ? Number(text) : text) as T;
}
