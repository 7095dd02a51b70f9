/*
 * configuration := (comment | directive | object | filter | block)*
 * comment       := "#" to the end of the line | C comment
 * directive     := "$" name value to the end of the line               rsyslog's legacy syntax, sysklogd's selectors beside it
 * object        := name "(" (name "=" value)* ")"                      RainerScript; value := "..." | '...' | [ ... ] | word
 * filter        := selector action | "if" expression "then" | "&" action
 * https://www.rsyslog.com/doc/configuration/basic_structure.html. Read here is only what says how queues are made and in
 * which order actions stand; all else is passed over, and nothing is ever refused: rsyslogd itself does that.
 */

/** Of an object: its parameters, names in small letters. Of a directive: its name in small letters. */
export type Statement =
  | { readonly kind: "object"; readonly name: string; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: "directive"; readonly name: string; readonly value: string }
  /** An action of a selector line: "/var/log/messages", "@@host". */
  | { readonly kind: "action"; readonly text: string };

/** Statements in their order; those inside rulesets and conditions, too. */
export function parseStatements(text: string): readonly Statement[] {
  const reader = new Reader(text);
  const found: Statement[] = [];
  for (let statement = reader.next(); statement !== undefined; statement = reader.next()) found.push(statement);
  return found;
}

const SPACE = /(?:\s|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}])*/y;
const DIRECTIVE = /\$([A-Za-z]\w*)[ \t]*([^\n]*)/y;
const OBJECT = /([A-Za-z_]\w*)[ \t]*\(/y;
const WORD = /[A-Za-z_]+/y;
const REST = /(?:\\\n|[^\n])*/y;
/** `:property, [!]operation, "value"`, or `facility.priority;...`. */
const SELECTOR = /(?::\s*[^,\n]+,\s*!?\w+\s*(?:,\s*"(?:\\.|[^"\\\n])*")?|[^\s{}]+)[ \t]*/y;
/** What is to be done stands behind them. */
const CONDITIONS = ["if", "foreach", "then", "else"];

class Reader {
  readonly #text: string;
  #at = 0;
  /** Behind a selector or "&" stands what is to be done. */
  #isAction = false;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Statement | undefined {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) return undefined;
      const statement = this.#statement();
      if (statement !== undefined) return statement;
    }
  }

  /** A block behind a selector holds statements like any other. */
  #skipSpace(): void {
    const skipped = this.#take(SPACE)?.[0] ?? "";
    if (skipped.includes("{")) this.#isAction = false;
  }

  #statement(): Statement | undefined {
    const wasAction = this.#isAction;
    this.#isAction = false;
    const directive = wasAction ? undefined : this.#take(DIRECTIVE);
    if (directive !== undefined) {
      const [, name = "", value = ""] = directive;
      return { kind: "directive", name: name.toLowerCase(), value: value.replace(/#.*/, "").trim() };
    }
    return this.#object() ?? (this.#keyword() ? undefined : this.#line(wasAction));
  }

  #object(): Statement | undefined {
    const name = this.#peek(OBJECT)?.[1]?.toLowerCase();
    if (name === undefined || CONDITIONS.includes(name)) return undefined;
    this.#take(OBJECT);
    return { kind: "object", name, parameters: this.#parameters() };
  }

  #parameters(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (;;) {
      const separator = this.#take(BETWEEN)?.[0] ?? "";
      const parameter = this.#take(PARAMETER);
      if (parameter !== undefined) {
        const [, name = "", value = ""] = parameter;
        found.set(name.toLowerCase(), unquoted(value));
      } else if (this.#text[this.#at] === ")" || this.#at >= this.#text.length) {
        this.#at++;
        return found;
      } else if (separator === "") this.#take(NO_PARAMETER);
    }
  }

  /** Passes over what begins with a word of the language. False: no such word is here. */
  #keyword(): boolean {
    const word = this.#peek(WORD)?.[0].toLowerCase();
    const end = word === undefined ? undefined : KEYWORDS.get(word);
    if (word === undefined || end === undefined || this.#take(end) === undefined) return false;
    this.#isAction = CONDITIONS.includes(word);
    return true;
  }

  #line(isAction: boolean): Statement | undefined {
    if (isAction) {
      const text = (this.#take(REST)?.[0] ?? "").trim();
      return text === "" || text === "~" ? undefined : { kind: "action", text };
    }
    if ("!+-".includes(this.#text[this.#at] ?? ""))
      this.#take(REST); // a BSD block: for one program or host
    else if (this.#text[this.#at] === "&") this.#begin(/&[ \t]*/y);
    else if (this.#peek(SELECTOR) !== undefined) this.#begin(SELECTOR);
    else this.#at++;
    return undefined;
  }

  #begin(pattern: RegExp): void {
    this.#take(pattern);
    this.#isAction = this.#text[this.#at] !== "\n";
  }

  #peek(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text) ?? undefined;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const found = this.#peek(pattern);
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}

const BETWEEN = /(?:\s|,|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$))*/y;
const PARAMETER = /([A-Za-z][\w.-]*)\s*=\s*("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\[[^\]]*\]|[^\s,)]*)/y;

/** Passed over; a whole word, or each letter of a long one would be a new try. */
const NO_PARAMETER = /[\w.-]+|[\s\S]/y;

/** What begins with these words, and where it ends. Strings in an expression may hold anything. */
const STRING = `"(?:\\\\[\\s\\S]|[^"\\\\])*"|'(?:\\\\[\\s\\S]|[^'\\\\])*'`;
const upTo = (end: string) => new RegExp(`[a-z_]+\\b(?:${STRING}|(?!${end})[\\s\\S])*(?:${end}|$)`, "iy");
const KEYWORDS: ReadonlyMap<string, RegExp> = new Map([
  ["if", upTo("\\bthen\\b")],
  ["foreach", upTo("\\bdo\\b")],
  ["else", /else\b/iy],
  ["then", /then\b/iy],
  ["set", upTo(";")],
  ["reset", upTo(";")],
  ["unset", upTo(";")],
  ["call_indirect", upTo(";")],
  ["call", /call[ \t]+\S+/iy],
  ["stop", /stop\b/iy],
  ["continue", /continue\b/iy],
]);

function unquoted(value: string): string {
  const isQuoted = /^["']/.test(value);
  return isQuoted ? value.slice(1, -1).replace(/\\([\s\S])/g, "$1") : value;
}
