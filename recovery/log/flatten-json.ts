/** Deeper than this nothing is a reason any more. */
const DEEPEST = 6;
const MOST = 200;

/**
 * A platform's answer in JSON as statements, one value a line with its name before it: `reason: OOMKilled`. Any other text stays as it
 * is; in JSON a sentence stands in quotes, and what stands in quotes is otherwise somebody's data.
 */
export function flattenJson(text: string): string {
  const trimmed = text.trim();
  if (!/^[{[]/.test(trimmed) || !/[}\]]$/.test(trimmed)) return text;
  try {
    return statements(JSON.parse(trimmed), '', 0).slice(0, MOST).join('\n');
  } catch {
    return text;
  }
}

function statements(value: unknown, name: string, depth: number): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value === '' ? [] : [name === '' ? String(value) : `${name}: ${String(value)}`];
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return [];
  // Errors beside data are what a GraphQL server answered: its own, not the job's.
  const answered = 'errors' in value && 'data' in value;
  return Object.entries(value)
    .filter(([key]) => !answered || key !== 'errors')
    .flatMap(([key, inner]) => statements(inner, Array.isArray(value) ? name : key, depth + 1));
}
