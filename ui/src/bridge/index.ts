import type { Bridge } from './bridge';

export * from './bridge';
export { browserProof } from './browser-proof.svelte';
export { resource, type Resource } from './resource.svelte';

/** Decided while building: a production build holds no line of the fake. */
export const bridge: Bridge =
  import.meta.env.MODE === 'fake' || import.meta.env.MODE === 'test'
    ? (await import('./fake')).makeFake()
    : (await import('./tauri')).bridge;
