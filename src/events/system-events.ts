/** Events about a process of the service. `instance` is its name. */
export interface SystemEvents {
  /** `lastStopClean` is null for an instance that has never run before. */
  'system.started': { readonly instance: string; readonly lastStopClean: boolean | null };
  'system.stopped': { readonly instance: string };
}
