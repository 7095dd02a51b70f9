/** Makes the sentence that people see of a reason: first letter large, full stop last. */
export function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Quoted names for an error text: `"a", "b" and 3 more`. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names
    .slice(0, most)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
