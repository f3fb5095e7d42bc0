/** Where the window is. */
import type { FieldView } from '../bridge';
import type { Cursor } from '../features/opinion/opinion.svelte';
import type { TableLayout } from '../features/viewer/table.svelte';

export type Route =
  | { name: 'worklist' }
  /** A case; lands on a field of the opinion, or on a piece, when one is named. */
  | { name: 'case'; assignment: string; field?: FieldView; piece?: string }
  | { name: 'signing'; assignment: string }
  | { name: 'receipt'; assignment: string };

/** What a case looked like when it was left, so that it comes back the same. In memory only. */
export interface Place {
  table: TableLayout;
  /** What lay on the second screen. */
  aside: { piece: string; page: number } | null;
  tab: Tab;
  cursor: Cursor | null;
}

export const TABS = ['opinion', 'questions', 'sheet', 'access'] as const;
export type Tab = (typeof TABS)[number];

export const places = new Map<string, Place>();
