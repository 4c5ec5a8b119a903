/**
 * Names come from the processes that made calls: a comm, a path or a pin may turn the reading
 * direction around, or hold characters that nobody sees. The page shows such characters by their
 * codes, as the commands do. It happens where preact makes
 * texts and elements, so no part of the page can forget it.
 */
import { options, type VNode } from 'preact';

/** Controls, halves of pairs, private use, line separators, and what a font draws as nothing. */
const ILLEGIBLE =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;

/** Attributes that are shown or read out. */
const SHOWN = ['title', 'aria-label', 'aria-valuetext', 'placeholder'] as const;

/** A text as everyone can see it: `\x1b` for an escape, `\u202e` or `\u{e0001}` past ASCII. */
export function legible(text: string): string {
  return text.replace(ILLEGIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x7f) return `\\x${hex.padStart(2, '0')}`;
    return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/** Makes all texts that the page draws from now on legible. What a field holds stays as it is. */
export function drawLegibly(): void {
  const before = options.vnode;
  options.vnode = (node: { props: unknown }) => {
    if (typeof node.props === 'string') node.props = legible(node.props);
    else {
      const props = node.props as Record<string, unknown>;
      for (const name of SHOWN) {
        if (typeof props[name] === 'string') props[name] = legible(props[name]);
      }
    }
    before?.(node as VNode);
  };
}
