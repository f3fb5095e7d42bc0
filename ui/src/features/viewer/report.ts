import type { PieceRow, ReportRow } from '../../bridge';
import { t } from '../../i18n';

/** The signed opinion as it lies on the table beside the pieces: it has no number, and nothing is marked on it. */
export function reportRow({ id, version, signed_at }: ReportRow): PieceRow {
  const date = signed_at.slice(0, 10);
  return {
    id, number: 0, title: t('report-row', { version }), media_type: 'application/pdf', author: null, from_patient: false, clinical_date: date, filed_date: date, read_date: null,
    pages: 0, pages_seen: [], turned: [], kind: 'report', reception: { state: 'complete', received: 0, total: 0, seconds_left: null, failure: null, thrown_away: 0 },
  };
}

export const isReport = (row: PieceRow) => row.number === 0;

/** What lies there, in words. */
export const nameOf = (row: PieceRow) => (isReport(row) ? row.title : t('table-of', { number: row.number, title: row.title }));
