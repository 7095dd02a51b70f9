import { parseCounter } from "./counter.ts";

// line := *SP name ":" *SP received 7 columns sent 7 columns       proc(5); old kernels leave no blank after the colon

const LINE = /^ *([^\s:]+(?::[^\s:]+)*): *(\d+)((?: +\d+){7}) +(\d+)(?: |$)/;

/** One interface of /proc/net/dev with its bytes. */
export interface Network {
  readonly name: string;
  readonly numbers: ReadonlyMap<string, number | bigint>;
}

/** Interfaces that have ever carried anything. */
export function parseNetworks(text: string): readonly Network[] {
  return text.split("\n").flatMap((line) => {
    const [, name, receivedText, , sentText] = LINE.exec(line) ?? [];
    const received = parseCounter(receivedText);
    const sent = parseCounter(sentText);
    if (name === undefined || received === undefined || sent === undefined) return [];
    if (Number(received) + Number(sent) === 0) return [];
    return [
      {
        name,
        numbers: new Map<string, number | bigint>([
          ["there", 1],
          ["received", received],
          ["sent", sent],
        ]),
      },
    ];
  });
}
