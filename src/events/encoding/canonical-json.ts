import type { Json } from './field-coder.ts';

/** The JSON of a text, if the text is what that JSON is written as. */
export function canonicalJson(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return JSON.stringify(json) === text ? json : undefined;
  } catch {
    return undefined;
  }
}
