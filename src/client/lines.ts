/** Characters of one line at most; an event with a program of the largest size fits. */
const LINE_CHARS_MAX = 4 * 1024 * 1024;

/** The lines of a stream of bytes as they come, without their ends. The last may lack its newline. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LINE_CHARS_MAX)
      throw new Error(`a line exceeds ${LINE_CHARS_MAX} characters`);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
