import { type BytePath, pathText } from "./local-files.ts";

/** A path as one word for a shell. What has no characters of its own stands as \xNN in $'...', which bash, ksh and zsh know. */
export function shellWord(path: BytePath): string {
  const text = pathText(path);
  if (/^[A-Za-z0-9_./@%+=:,-]+$/.test(text)) return text;
  return text.includes("\\") ? `$'${text.replaceAll("'", "\\'")}'` : `'${text.replaceAll("'", "'\\''")}'`;
}
