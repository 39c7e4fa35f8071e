/**
 * Maps with at most `limit` calls under way; results in the order of the entries. After a failure no further entry is begun,
 * and of several failures the one of the earliest entry is thrown, so that the same entries always fail alike.
 */
export async function mapLimited<T, R>(
  entries: readonly T[],
  limit: number,
  map: (entry: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(entries.length);
  const rest = entries.entries();
  const failures = new Map<number, unknown>();
  const work = async (): Promise<void> => {
    for (const [index, entry] of rest) {
      try {
        results[index] = await map(entry);
      } catch (error) {
        failures.set(index, error);
      }
      if (failures.size > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, entries.length) }, work));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return results;
}
