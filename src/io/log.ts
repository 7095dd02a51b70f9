/** Where log lines go. Texts are whole sentences without a date; journald or the supervisor's logger adds it. */
export interface Log {
  error(text: string): void;
  warning(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}
