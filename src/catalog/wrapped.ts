const WIDTH = 118;

/** Text in lines of at most 118 characters, each behind the prefix; a longer word has a line of its own. */
export function wrapped(text: string, prefix: string): string {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current !== "" && prefix.length + longer.length > WIDTH) {
      lines.push(prefix + current);
      current = word;
    } else current = longer;
  }
  return [...lines, prefix + current].join("\n");
}
