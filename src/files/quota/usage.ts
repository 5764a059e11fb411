/** Bytes that are kept for a user, or by how many they change. What several versions share is counted once. */
export interface Usage {
  /** Of the current contents of files that are not in the trash. */
  readonly files: number;
  /** Of the earlier contents of these files. */
  readonly versions: number;
  /** Of all contents of files in the trash. */
  readonly trash: number;
  /** Of uploads that have not ended. */
  readonly reserved: number;
}

export const NO_USAGE: Usage = { files: 0, versions: 0, trash: 0, reserved: 0 };

/** `a` and `b` together. */
export function sum(a: Usage, b: Usage): Usage {
  return {
    files: a.files + b.files,
    versions: a.versions + b.versions,
    trash: a.trash + b.trash,
    reserved: a.reserved + b.reserved,
  };
}

/** `a` without `b`. */
export function difference(a: Usage, b: Usage): Usage {
  return {
    files: a.files - b.files,
    versions: a.versions - b.versions,
    trash: a.trash - b.trash,
    reserved: a.reserved - b.reserved,
  };
}

/** Bytes in all. */
export function total({ files, versions, trash, reserved }: Usage): number {
  return files + versions + trash + reserved;
}
