import { Figures, LONGEST_NAME, parseFigure, type StatsRecord, statsRecord } from "./record.ts";

/** `help := "# HELP " metric " rsyslog stats: origin=" string " object=" string ", counter=" string` */
const HELP = "# HELP ";
const ORIGIN = ' rsyslog stats: origin="';
const OBJECT = '" object="';
const COUNTER = '", counter="';

/** What a metric's name stands for: those in the exposition itself are escaped. */
interface Meaning {
  readonly metric: string;
  readonly origin: string;
  readonly name: string;
  readonly counter: string;
}

/** What a line of the prometheus exposition is to us. `none`: rightly nothing. */
type Exposed = StatsRecord | "none" | "unknown" | "malformed";

/** Reads the exposition line by line: each number comes after the line that says what it is. */
export class Exposition {
  #meaning: Meaning | undefined;

  comment(text: string): Exposed {
    if (!text.startsWith(HELP)) return text.startsWith("# TYPE ") ? "none" : "unknown";
    this.#meaning = parseHelp(text);
    return this.#meaning === undefined ? "malformed" : "none";
  }

  /** `figure := metric " " number` */
  figure(text: string): Exposed {
    const space = text.lastIndexOf(" ");
    if (this.#meaning === undefined || text.slice(0, space) !== this.#meaning.metric) return "unknown";
    const { origin, name, counter } = this.#meaning;
    this.#meaning = undefined;
    const figures = new Figures();
    figures.put(counter, parseFigure(text.slice(space + 1)));
    return statsRecord(origin, name, figures, counter);
  }
}

function parseHelp(text: string): Meaning | undefined {
  const origin = text.indexOf(ORIGIN);
  const object = text.indexOf(OBJECT, origin);
  const counter = text.lastIndexOf(COUNTER);
  if (origin < 0 || object < 0 || counter < object + OBJECT.length || !text.endsWith('"')) return undefined;
  const meaning = {
    metric: text.slice(HELP.length, origin),
    origin: text.slice(origin + ORIGIN.length, object),
    name: text.slice(object + OBJECT.length, counter),
    counter: text.slice(counter + COUNTER.length, -1),
  };
  return Object.values(meaning).every(({ length }) => length > 0 && length <= LONGEST_NAME) ? meaning : undefined;
}
