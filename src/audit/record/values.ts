export type Value = string | number | boolean | null | readonly string[];

/** Metadata or personal values of an entry: plain JSON. */
export type Values = Readonly<Record<string, Value>>;
