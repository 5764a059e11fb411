/**
 * Splits the items into batches of at most `size`, in order. For statements with a limited number of
 * parameters.
 */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
