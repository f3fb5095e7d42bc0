/**
 * Scripted cases for a browser: the whole journey without Rust, for the tests and for looking at the screens.
 * Everything is synthetic. Never part of a production build.
 *
 * The address chooses the scene: `#in` starts signed in; `#slow` receives slowly; `#offline` never sends; `#second` is the window of the second screen.
 */
import type {
  AccessRow, Bridge, CaseRow, CaseView, Commands, DeviceRow, PasskeyRow, Failure, FailureCode, FieldView, LeftOutRow, OfferView, OpinionContent, OutboxView, PieceKind, PieceRow,
  ReceptionView, RichText, SecondView, SessionView, SignedRow, SubmissionView, Topic, WrittenHitRow,
} from './bridge';
import { fakeLines, fakePage } from './fake-pages';

const NOW = Date.parse('2026-06-04T14:32:00+02:00');
const hours = (count: number) => new Date(NOW + count * 3_600_000).toISOString();

const complete = (total: number): ReceptionView => ({ state: 'complete', received: total, total, seconds_left: null, failure: null, thrown_away: 0 });
const fail = (code: FailureCode, parameters: Partial<Failure['parameters']> = {}): Failure => ({
  code,
  parameters: { attempts_left: null, width: null, height: null, reason: null, ...parameters },
  reference: '8F2C-41',
});

const text = (...words: unknown[]): RichText => ({
  type: 'doc',
  content: [
    {
      type: 'paragraph',
      content: words.map((word) => (typeof word === 'string' ? { type: 'text', text: word } : word)),
    },
  ],
});
const cite = (piece: string, page: number) => ({ type: 'citation', attrs: { piece, page } });
const empty = (): RichText => ({ type: 'doc', content: [{ type: 'paragraph' }] });

function blank(questions: string[]): OpinionContent {
  return {
    summary: empty(), analysis: empty(), conclusion: empty(), examinations: empty(), limits: empty(), acts: empty(),
    participants: empty(), incidents: empty(), certainty: null, agreement: null, gravity: null,
    answers: questions.map((question) => ({ question, text: empty(), cannot_be_answered: false })),
  };
}

/** By the words of the title, as a type code would say. */
function kindOf(title: string): PieceKind {
  if (/scanner|irm|échographie|imagerie|radio/i.test(title)) return 'imaging';
  if (/biopsie|anatomo/i.test(title)) return 'pathology';
  if (/biolog|sang|psa/i.test(title)) return 'laboratory';
  return /courrier|lettre/i.test(title) ? 'letter' : 'report';
}

function piece(number: number, title: string, date: string, pages: number, seen: number[], media_type = 'application/pdf', author: string | null = null): PieceRow {
  return {
    id: `piece-${number}`, number, title, media_type, author, from_patient: media_type !== 'application/pdf',
    clinical_date: date, filed_date: date, read_date: number === 3 ? '2026-04-02' : null, pages, pages_seen: seen, turned: [], kind: kindOf(title), reception: complete(1_400_000),
  };
}

function brassac(): CaseView {
  const content = blank(['q1', 'q2', 'q3']);
  content.summary = text('Femme de 62 ans, lésion du pôle inférieur du rein droit découverte à l’échographie de janvier 2026.');
  content.analysis = {
    type: 'doc',
    content: [
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'La lésion du pôle inférieur du rein droit mesure 44,2 mm le 21 mai ' }, cite('piece-7', 1),
          { type: 'text', text: ' contre 41,0 mm le 12 février ' }, cite('piece-3', 1),
          { type: 'text', text: ', soit un stade cT1b sans extension veineuse ni ganglionnaire visible.' },
        ],
      },
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'La biopsie conclut à un carcinome à cellules claires de grade ISUP 2, sans nécrose ni composante sarcomatoïde ' },
          cite('piece-4', 2),
          { type: 'text', text: '. Le débit de filtration glomérulaire est à 55 mL/min/1,73 m² ' }, cite('piece-6', 1),
          { type: 'text', text: ' ; ce point plaide pour une chirurgie d’épargne néphronique.' },
        ],
      },
    ],
  };
  content.answers[0]!.text = text('Oui, cela paraît possible. La tumeur est à distance du hile.');
  return {
    assignment: 'a-418', case_ref: 'K7R-418',
    patient: { family_name: 'BRASSAC', given_name: 'Hélène', sex: 'female', birth_date: '1964-03-14', age: 62, identity_qualified: true, representative: null },
    treating_physician: 'Dr Paul Lemoine, Valmont', sharing_granted: true,
    question: 'Une néphrectomie partielle est-elle possible à la place de l’ablation complète du rein droit qui m’est proposée ?',
    questions: [
      { id: 'q1', text: 'Peut-on garder une partie de mon rein droit ?' },
      { id: 'q2', text: 'Faut-il opérer vite, ou peut-on surveiller ?' },
      { id: 'q3', text: 'Les petits nodules du poumon changent-ils la décision ?' },
    ],
    due_at: '2026-06-09T18:00:00+02:00', urgency: 'calm', writable: true, signed: false, report: null,
    pieces: [
      piece(1, 'Courrier du médecin traitant', '2026-01-08', 1, [1], 'application/pdf', 'Dr Paul Lemoine'),
      piece(2, 'Échographie rénale', '2026-01-15', 2, [1, 2]),
      piece(3, 'Compte rendu du scanner TAP', '2026-02-12', 4, [1, 2, 3]),
      piece(4, 'Anatomopathologie', '2026-02-26', 3, [1], 'application/pdf', 'Laboratoire de Valmont'),
      piece(5, 'Fiche de RCP d’urologie', '2026-03-11', 2, [1, 2]),
      piece(6, 'Bilan biologique', '2026-05-18', 2, [1, 2]),
      piece(7, 'Second scanner TAP', '2026-05-21', 12, Array.from({ length: 12 }, (_, i) => i + 1)),
      piece(8, 'Compte rendu du scanner', '2026-05-21', 2, []),
      piece(9, 'Ordonnance en cours', '2026-05-28', 1, [], 'image/jpeg'),
    ],
    missing: [{ label: 'Compte rendu du scanner de contrôle', present: false, detail: 'demandé le 2 juin' }],
    reception: complete(18_000_000), content, saved_at: hours(0), remaining: [], damaged: false, annotations: [],
  };
}

function terrier(): CaseView {
  const broken = piece(5, 'IRM du rachis, compte rendu', '2026-02-09', 2, []);
  return {
    assignment: 'a-051', case_ref: 'D8F-051',
    patient: {
      family_name: 'TERRIER', given_name: 'Noé', sex: 'male', birth_date: '2012-09-21', age: 13, identity_qualified: true,
      representative: { kind: 'minor', name: 'Mme Aurélie TERRIER', capacity: 'sa mère', informed_on: '2026-05-27' },
    },
    treating_physician: 'Dr Jeanne Collet, Bréville', sharing_granted: false,
    question: 'Faut-il opérer la scoliose de notre fils maintenant, ou poursuivre le corset jusqu’à la fin de sa croissance ?',
    questions: [
      { id: 'q1', text: 'Peut-on attendre la fin de sa croissance ?' },
      { id: 'q2', text: 'Quels sont les risques si nous attendons ?' },
    ],
    due_at: '2026-06-11T14:32:00+02:00', urgency: 'calm', writable: true, signed: false, report: null,
    pieces: [
      piece(1, 'Courrier du pédiatre', '2024-11-04', 1, []), piece(2, 'Rachis entier, face et profil', '2024-11-18', 2, [], 'image/jpeg'),
      piece(3, 'Consultation d’orthopédie', '2025-05-12', 2, []), piece(4, 'Rachis entier sous corset', '2025-11-03', 2, [], 'image/png'),
      broken, piece(6, 'Rachis entier, face et profil', '2026-03-30', 2, [], 'image/jpeg'), piece(7, 'Proposition opératoire', '2026-04-02', 3, []),
    ],
    missing: [], reception: complete(41_200_000), content: blank(['q1', 'q2']), saved_at: null, remaining: [], damaged: false, annotations: [],
  };
}

const isBlank = (rich: RichText) => !JSON.stringify(rich).match(/"text":"[^"]*\S|citation/);

function remaining(view: CaseView): FieldView[] {
  const { content } = view;
  const fields: [FieldView, boolean][] = [
    [{ kind: 'summary' }, isBlank(content.summary)],
    [{ kind: 'analysis' }, isBlank(content.analysis)],
    ...content.answers.map((answer): [FieldView, boolean] => [
      { kind: 'answer', question: answer.question }, !answer.cannot_be_answered && isBlank(answer.text),
    ]),
    [{ kind: 'conclusion' }, isBlank(content.conclusion)],
    [{ kind: 'certainty' }, content.certainty === null],
    [{ kind: 'agreement' }, content.agreement === null],
    [{ kind: 'examinations' }, isBlank(content.examinations)],
    [{ kind: 'gravity' }, content.gravity === null],
    [{ kind: 'limits' }, isBlank(content.limits)],
    [{ kind: 'acts' }, isBlank(content.acts)],
    [{ kind: 'participants' }, isBlank(content.participants)],
    [{ kind: 'incidents' }, isBlank(content.incidents)],
  ];
  return fields.filter(([, missing]) => missing).map(([field]) => field);
}

const offers: OfferView[] = [
  {
    assignment: 'o-1', case_ref: 'R2B-770', pathology: 'Tumeur rénale de découverte fortuite', sex: 'male', age_from: 70, age_to: 79,
    represented: null, question: 'L’ablation par radiofréquence est-elle une alternative raisonnable à la chirurgie ?',
    first_opinion_by: 'Service d’urologie du CHU de Bréville', pieces: 11, pages: 46, series: 0, bytes: 212_000_000, reading_minutes: 50,
    answer_before: '2026-06-05T19:20:00+02:00', urgency: 'pressing', due_if_accepted: '2026-06-11T14:32:00+02:00', decided: null,
    required: ['Courrier du médecin traitant', 'Échographie rénale', 'Scanner avec injection', 'Anatomopathologie', 'Bilan biologique', 'Fiche de RCP', 'Ordonnance en cours'].map((label) => ({ label, present: true, detail: null })),
  },
  {
    assignment: 'o-2', case_ref: 'D8F-051', pathology: 'Scoliose idiopathique de l’adolescent', sex: 'male', age_from: 10, age_to: 14,
    represented: 'minor', question: 'Faut-il opérer la scoliose de notre fils maintenant, ou poursuivre le corset jusqu’à la fin de sa croissance ?',
    first_opinion_by: 'Service d’orthopédie pédiatrique du CHU de Bréville', pieces: 7, pages: 14, series: 4, bytes: 412_000_000, reading_minutes: 40,
    answer_before: '2026-06-06T09:10:00+02:00', urgency: 'calm', due_if_accepted: '2026-06-11T14:32:00+02:00', decided: null,
    required: [
      { label: 'Rachis entier de face et de profil', present: true, detail: '3 dates' },
      { label: 'Maturité osseuse, indice de Risser', present: true, detail: 'mars 2026' },
      { label: 'IRM du rachis', present: true, detail: 'févr. 2026' },
      { label: 'Consultation et proposition opératoire', present: true, detail: '2 documents' },
      { label: 'Courrier du médecin qui suit l’enfant', present: true, detail: 'nov. 2024' },
      { label: 'Suivi du port du corset', present: false, detail: null },
    ],
  },
];

function row(view: CaseView, subject: string): CaseRow {
  const left = remaining(view);
  const fields = 11 + view.questions.length;
  return {
    assignment: view.assignment, case_ref: view.case_ref, subject, sex: view.patient.sex, age: view.patient.age,
    represented: view.patient.representative?.kind ?? null, due_at: view.due_at, urgency: view.urgency,
    pieces_seen: view.pieces.filter((p) => p.pages_seen.length === p.pages).length,
    pieces_opened: view.pieces.filter((p) => p.pages_seen.length > 0).length, pieces: view.pieces.length,
    fields_filled: fields - left.length, fields, questions: view.questions.length,
    answers: view.questions.length - left.filter((field) => field.kind === 'answer').length,
    started: view.saved_at !== null, reception: view.reception,
  };
}

const still = (over: Partial<CaseRow>): CaseRow => ({
  assignment: 'a-x', case_ref: 'X', subject: '', sex: 'male', age: 60, represented: null, due_at: null, urgency: 'calm',
  pieces_seen: 0, pieces_opened: 0, pieces: 6, fields_filled: 0, fields: 13, answers: 0, questions: 2, started: false,
  reception: complete(9_000_000), ...over,
});

const SHA = 'dfafa01a2de1f4ce834e36b04a857f23b0e1a7b3dbe9b35984782749f7c92065';

export function makeFake(scene: string = globalThis.location?.hash ?? ''): Bridge {
  const listeners = new Set<(topic: Topic) => void>();
  let second: SecondView = { shown: scene.includes('second') ? { assignment: 'a-418', piece: 'piece-3', page: 1 } : null, cited: null };
  const tell = (topic: Topic) => listeners.forEach((listener) => listener(topic));
  const cases = new Map([brassac(), terrier()].map((view) => [view.assignment, view]));
  const subjects = new Map([['a-418', 'Néphrectomie partielle ou élargie, carcinome rénal'], ['a-051', 'Scoliose idiopathique de l’adolescent']]);
  let open = [...offers];
  let leftOut: LeftOutRow[] = [];
  const accepted = new Set(['a-418']);
  const submissions = new Map<string, SubmissionView>();
  const signedRows: SignedRow[] = [
    ...(scene.includes('offline') ? [{ assignment: 'a-334', case_ref: 'H9B-334', subject: 'Récidive de sténose urétérale', signed_at: hours(-0.57), received_at: null, readable_until: null }] : []),
    { assignment: 'a-158', case_ref: 'C3N-158', subject: 'Kyste rénal Bosniak III', signed_at: '2026-05-29T10:00:00+02:00', received_at: '2026-05-29T10:01:00+02:00', readable_until: '2026-06-13T10:00:00+02:00' },
  ];
  submissions.set('a-334', { signed_at: hours(-0.57), receipt: null, waiting: fail('platform-unreachable') });
  const documents = new Map<string, { title: string; pages: number }>();
  let handles = 0;
  let attempts = 3;
  const session: SessionView = {
    expert: null, account: null, authenticated_at: null, authentication_fresh: false, platform_reachable: !scene.includes('offline'), version: '0.1.0',
    workstation: { name: 'UROLOGIE-BUREAU-2', enrolled_at: '2026-05-12T09:00:00+02:00', cases: null, bytes: null },
    unlock_code_chosen: false, readable_until: hours(70), offline: false, waiting: scene.includes('offline') ? 1 : 0, prefetch_paused: false, recovered: null, revoked: false, locked: null,
  };
  let triesLeft = 3;
  const devices: DeviceRow[] = [
    { device: 'd1', name: 'UROLOGIE-BUREAU-2', enrolled_at: '2026-05-12T09:00:00+02:00', last_seen: hours(0), signed_in: true, revoked_at: null, current: true },
    { device: 'd2', name: 'PORTABLE-VASSEUR', enrolled_at: '2025-11-03T09:00:00+01:00', last_seen: hours(-52), signed_in: false, revoked_at: null, current: false },
  ];
  let passkeys: PasskeyRow[] = [
    { passkey: 'k1', name: 'YubiKey du trousseau', enrolled_at: '2026-05-12T09:10:00+02:00', last_used_at: hours(-52) },
  ];
  const expert = { name: 'Dr Claire Vasseur', rpps: '10999000123', specialty: 'Urologue', structure: 'CH de Valmont' };
  const enter = () => {
    session.locked = null;
    triesLeft = 3;
    session.expert = expert;
    session.authenticated_at = hours(0);
    session.workstation.cases = 6;
    session.workstation.bytes = 4_300_000_000;
  };
  if (scene.includes('in')) enter();

  const find = (assignment: string): CaseView => {
    const view = cases.get(assignment);
    if (!view) throw fail('case-gone');
    return view;
  };
  const openDocument = (title: string, pages: number) => {
    const handle = `doc-${++handles}`;
    documents.set(handle, { title, pages });
    return { handle, pages, sizes: [{ width: 794, height: 1123, count: pages }], scalable: true, truncated: false, laid_out: false, images: false, first_image: null, partial: false };
  };
  const receive = (view: CaseView) => {
    const step = scene.includes('slow') ? 400_000 : 6_000_000;
    view.reception.state = 'receiving';
    const timer = setInterval(() => {
      if (view.reception.state !== 'receiving') return clearInterval(timer);
      view.reception.received = Math.min(view.reception.total, view.reception.received + step);
      let left = view.reception.received;
      for (const p of view.pieces) {
        const part = Math.min(p.reception.total, left);
        left -= part;
        p.reception = { ...p.reception, received: part, state: part === p.reception.total ? 'complete' : part > 0 ? 'receiving' : 'absent' };
      }
      if (view.reception.received >= view.reception.total) view.reception.state = 'complete';
      tell(`case/${view.assignment}`);
    }, 250);
  };
  const send = (view: CaseView): SubmissionView => {
    const receipt = scene.includes('offline')
      ? null
      : {
          reference: `A-2026-${view.case_ref}-1`, version: 1, signed_at: hours(0.1), timestamped_at: hours(0.1005), received_at: hours(0.101), available_at: hours(0.11),
          readable_until: hours(24 * 15), signer: expert.name, signer_rpps: expert.rpps, file_digest: SHA,
          signed_digest: '4a3cdfae6f291c8f52b1d0a79c3e4f580b6d7a1293c4e5f60718293a4b5c6d7e',
          content_digest: '3016ef88e31664660fa1b2c3d4e5f60718293a4b5c6d7e8f9012a3b4c5d6e7f8', size: 214_000,
        };
    const submission = { signed_at: hours(0.1), receipt, waiting: receipt ? null : fail('platform-unreachable') };
    submissions.set(view.assignment, submission);
    view.signed = true;
    view.report = { id: 'report', version: 1, signed_at: submission.signed_at };
    view.writable = false;
    return submission;
  };

  const outbox = (): OutboxView => ({
    items: signedRows.filter((row) => row.received_at === null).map((row) => ({ id: null, assignment: row.assignment, case_ref: row.case_ref, kind: 'report', at: row.signed_at, refused: false })),
  });

  const commands: { [K in keyof Commands]: (request: Commands[K]['request']) => Commands[K]['response'] } = {
    session_view: () => session,
    session_sign_in: ({ password, code }) => {
      if (password === 'faux' || code.replaceAll(' ', '').length !== 6) throw fail('invalid-credentials', { attempts_left: --attempts });
      enter();
      tell('session');
      return session;
    },
    sign_in_ways: () => ({ pro_sante_connect: true, platform_account: true, passkey: true }),
    browser_sign_in: () => {
      enter();
      tell('session');
      return session;
    },
    browser_confirm: () => {
      session.authentication_fresh = true;
      return session;
    },
    ciba_begin: () => ({ display_code: '47', expires_in: 120 }),
    ciba_wait: () => {
      enter();
      tell('session');
      return session;
    },
    sign_in_give_up: () => ({}),
    totp_enrol: () => ({ key: 'KCZE FE2V VEIW E2DI 7HYG 3ZAH STZJ 37Z2', qr_size: 21, qr_path: 'M0 0h7v7H0zM14 0h7v7H14zM0 14h7v7H0z' }),
    totp_confirm: ({ code }) => {
      if (code === '000000') throw fail('invalid-credentials', { attempts_left: 2 });
      enter();
      tell('session');
      return { recovery_codes: Array.from({ length: 10 }, (_, index) => `7KQ2${index}-M9XF4`) };
    },
    password_change: ({ password }) => {
      if (password.length < 8) throw fail('password-weak', { reason: 'rules' });
      enter();
      tell('session');
      return session;
    },
    session_confirm: ({ code }) => {
      if (code.replaceAll(' ', '').length !== 6) throw fail('invalid-credentials', { attempts_left: 2 });
      session.authentication_fresh = true;
      return session;
    },
    session_lock: () => {
      session.locked = { name: expert.name, at: hours(0), reason: 'asked', idle_minutes: null, attempts_left: 3, unsent: 1 };
      session.expert = null;
      tell('session');
      return session;
    },
    session_unlock: ({ code }) => {
      if (!code.startsWith('chaise')) throw fail('unlock-code-wrong', { attempts_left: (triesLeft = Math.max(1, triesLeft - 1)) });
      enter();
      tell('session');
      return session;
    },
    session_touch: () => ({}),
    unlock_code_choose: ({ code }) => {
      if (code.length < 8) throw fail('unlock-code-weak');
      session.unlock_code_chosen = true;
      tell('session');
      return session;
    },
    device_list: () => ({ items: devices }),
    device_revoke: ({ device }) => {
      if (!session.authentication_fresh) throw fail('authentication-too-old');
      const found = devices.find((row) => row.device === device);
      if (found) found.revoked_at = hours(0);
      return {};
    },
    session_work_offline: () => {
      enter();
      session.offline = true;
      tell('session');
      return session;
    },
    passkey_list: () => ({ items: passkeys }),
    passkey_add: () => {
      if (!session.authentication_fresh) throw fail('authentication-too-old');
      passkeys = [{ passkey: `k${passkeys.length + 1}`, name: 'Clé d’accès', enrolled_at: hours(0), last_used_at: null }, ...passkeys];
      return {};
    },
    passkey_remove: ({ passkey }) => {
      if (!session.authentication_fresh) throw fail('authentication-too-old');
      passkeys = passkeys.filter((row) => row.passkey !== passkey);
      return {};
    },
    session_sign_out: () => {
      session.locked = null;
      session.expert = null;
      tell('session');
      return session;
    },
    worklist_view: () => ({
      now: hours(0), offers: open, left_out: leftOut, closed: 12, updated_at: hours(-0.03),
      in_progress: [
        still({ assignment: 'a-907', case_ref: 'M2T-907', subject: 'Curage ganglionnaire après prostatectomie', age: 71, due_at: '2026-06-05T12:00:00+02:00', urgency: 'pressing', pieces_seen: 6, pieces_opened: 6, fields_filled: 13, answers: 2, started: true }),
        ...[...cases.values()].filter((view) => accepted.has(view.assignment) && !view.signed).map((view) => row(view, subjects.get(view.assignment) ?? '')),
        still({ assignment: 'a-263', case_ref: 'T5L-263', subject: 'Vessie neurologique, dérivation urinaire', age: 54, represented: 'protected_adult', due_at: '2026-06-11T08:30:00+02:00', reception: { state: 'receiving', received: 620_000_000, total: 1_000_000_000, seconds_left: 190, failure: null, thrown_away: 0 } }),
        still({ assignment: 'a-226', case_ref: 'P4D-226', subject: 'Angiomyolipome rénal, embolisation', sex: 'female', age: 45, due_at: '2026-06-14T09:00:00+02:00', pieces_seen: 4, pieces_opened: 4, fields_filled: 9, answers: 2, started: true }),
      ],
      signed: [
        ...[...submissions].filter(([id]) => cases.has(id)).map(([id, submission]) => ({
          assignment: id, case_ref: find(id).case_ref, subject: subjects.get(id) ?? '', signed_at: submission.signed_at,
          received_at: submission.receipt?.received_at ?? null, readable_until: submission.receipt?.readable_until ?? null,
        })),
        ...signedRows,
      ],
    }),
    offer_accept: ({ assignment }) => {
      open = open.filter((offer) => offer.assignment !== assignment);
      accepted.add('a-051');
      const view = find('a-051');
      for (const p of view.pieces) p.reception = { state: 'absent', received: 0, total: 6_000_000, seconds_left: null, failure: null, thrown_away: 0 };
      view.reception = { state: 'receiving', received: 0, total: 42_000_000, seconds_left: 12, failure: null, thrown_away: 0 };
      receive(view);
      tell('worklist');
      return { sent: true };
    },
    offer_decline: ({ assignment }) => {
      open = open.filter((offer) => offer.assignment !== assignment);
      tell('worklist');
      return { sent: true };
    },
    outbox_view: () => outbox(),
    outbox_send: () => outbox(),
    outbox_dismiss: () => outbox(),
    prefetch_pause: ({ paused }) => {
      session.prefetch_paused = paused;
      tell('session');
      return session;
    },
    case_forget: ({ assignment, written }) => {
      const view = find(assignment);
      if (view.saved_at && !written) throw fail('case-written');
      accepted.delete(assignment);
      leftOut = [{ assignment, case_ref: view.case_ref, subject: subjects.get(assignment) ?? '', due_at: view.due_at }];
      tell('worklist');
      return {};
    },
    case_take_back: ({ assignment }) => {
      accepted.add(assignment);
      leftOut = [];
      tell('worklist');
      return {};
    },
    case_view: ({ assignment }) => {
      const view = find(assignment);
      return structuredClone({ ...view, remaining: remaining(view) });
    },
    case_receive: ({ assignment }) => {
      const view = find(assignment);
      view.pieces.forEach((p) => p.reception.failure && (p.reception = { state: 'absent', received: 0, total: p.reception.total, seconds_left: null, failure: null, thrown_away: 0 }));
      receive(view);
      return {};
    },
    case_receive_stop: ({ assignment }) => {
      const view = find(assignment);
      view.reception = { ...view.reception, state: 'stopped', failure: null };
      tell(`case/${assignment}`);
      return {};
    },
    piece_open: ({ assignment, piece: id }) => {
      const found = find(assignment).pieces.find((p) => p.id === id);
      if (!found || found.reception.state !== 'complete') throw fail('piece-not-received');
      if (assignment === 'a-051' && found.number === 5) throw fail('piece-altered');
      if (assignment === 'a-051' && found.number === 7) throw fail('piece-too-large', { width: 20_000, height: 20_000 });
      if (assignment === 'a-051' && found.number === 6) throw fail('piece-password-protected');
      return openDocument(found.title, found.pages);
    },
    piece_unlock: ({ assignment, piece: id, password }) => {
      const found = find(assignment).pieces.find((p) => p.id === id);
      if (password !== 'ouvre') throw fail('piece-password-wrong');
      return openDocument(found?.title ?? '', found?.pages ?? 1);
    },
    case_search: ({ assignment, query }) => {
      const hits = find(assignment)
        .pieces.filter((found) => found.title.toLowerCase().includes(query.toLowerCase()))
        .map((found) => ({ piece: found.id, page: 1, before: '', found: found.title, after: '', x: 0.1, y: 0.1, width: 0.4, height: 0.02, recognised: found.number % 2 === 0 }));
      const { questions } = find(assignment);
      const asked = questions.filter((question) => question.text.toLowerCase().includes(query.toLowerCase()));
      const written: WrittenHitRow[] = asked.map((question) => {
        const at = question.text.toLowerCase().indexOf(query.toLowerCase());
        const [before, found, after] = [question.text.slice(0, at), question.text.slice(at, at + query.length), question.text.slice(at + query.length)];
        return { place: { kind: 'question', question: question.id }, before, found, after };
      });
      if (asked.length > 0) written.push({ place: { kind: 'opinion', field: { kind: 'conclusion' } }, before: 'En l’état des pièces, ', found: query, after: ' reste à discuter.' });
      return { hits, written, total: hits.length + written.length, unread: 0, wordless: 0, recognising: 12, recognition_missing: false };
    },
    document_close: ({ handle }) => {
      documents.delete(handle);
      return {};
    },
    document_outline: ({ handle }) => {
      const pages = documents.get(handle)?.pages ?? 1;
      const entries = [{ title: 'Macroscopie', level: 0, page: 1 }, { title: 'Microscopie', level: 0, page: Math.min(2, pages) }, { title: 'Étude immunohistochimique', level: 1, page: Math.min(2, pages) }, { title: 'Conclusion', level: 0, page: pages }];
      return { entries: pages > 2 ? entries : [] };
    },
    hanging_keep: () => ({}),
    document_images: () => ({ stacks: [], hanging: [], left_out: { damaged: 0, reports: 0, waveforms: 0, notes: 0 } }),
    page_words: ({ handle }) => ({ lines: fakeLines(documents.get(handle)?.title ?? ''), links: [] }),
    piece_copy: () => ({}),
    second_view: () => second,
    second_show: (shown) => {
      second = { ...second, shown };
      tell('second-screen');
      return {};
    },
    second_cite: ({ page }) => {
      if (second.shown) second = { ...second, cited: { number: (second.cited?.number ?? 0) + 1, piece: second.shown.piece, page } };
      tell('second-screen');
      return {};
    },
    second_close: () => {
      second = { shown: null, cited: null };
      tell('second-screen');
      return {};
    },
    piece_date: ({ assignment, piece: id, date }) => {
      const found = find(assignment).pieces.find((p) => p.id === id);
      if (found) found.clinical_date = date ?? found.filed_date;
      find(assignment).pieces.sort((a, b) => a.clinical_date.localeCompare(b.clinical_date));
      tell(`case/${assignment}`);
      return {};
    },
    page_turn: ({ assignment, piece: id, page, turns }) => {
      const found = find(assignment).pieces.find((p) => p.id === id);
      if (found) found.turned = [...found.turned.filter((turn) => turn.page !== page), ...(turns > 0 ? [{ page, turns }] : [])];
      tell(`case/${assignment}`);
      return {};
    },
    annotation_keep: ({ assignment, annotation }) => {
      const view = find(assignment);
      view.annotations = [...view.annotations.filter((other) => other.id !== annotation.id), annotation];
      tell(`case/${assignment}`);
      return {};
    },
    annotation_erase: ({ assignment, annotation }) => {
      const view = find(assignment);
      view.annotations = view.annotations.filter((other) => other.id !== annotation);
      tell(`case/${assignment}`);
      return {};
    },
    page_seen: ({ assignment, piece: id, pages }) => {
      const found = find(assignment).pieces.find((p) => p.id === id);
      if (found) found.pages_seen.push(...pages.filter((page) => !found.pages_seen.includes(page)));
      tell(`case/${assignment}`);
      return {};
    },
    opinion_write: ({ assignment, content }) => {
      const view = find(assignment);
      view.content = structuredClone(content);
      view.saved_at = hours(0);
      return { saved_at: view.saved_at, remaining: remaining(view) };
    },
    opinion_check: ({ assignment }) => {
      const view = find(assignment);
      const blocking = remaining(view);
      const fields = 11 + view.questions.length;
      const unseen = view.pieces.filter((p) => p.pages_seen.length < p.pages);
      const citations = JSON.stringify(view.content).split('"citation"').length - 1;
      return {
        blocking, fields, fields_filled: fields - blocking.length, questions: view.questions.length,
        answers: view.questions.length - blocking.filter((field) => field.kind === 'answer').length,
        to_confirm: [
          ...unseen.map((p) => ({
            id: p.id, kind: p.pages_seen.length ? ('pages_never_seen' as const) : ('piece_never_opened' as const),
            number: p.number, title: p.title, pages_unseen: p.pages - p.pages_seen.length, piece: p.id,
          })),
          ...view.missing.map((m) => ({ id: m.label, kind: 'piece_missing' as const, number: null, title: m.label, pages_unseen: 0, piece: null })),
        ],
        citations, citations_found: citations, gravity: view.content.gravity, sharing_granted: view.sharing_granted, checked_at: hours(0),
        pages: view.pieces.reduce((sum, p) => sum + p.pages, 0), pages_seen: view.pieces.reduce((sum, p) => sum + p.pages_seen.length, 0),
      };
    },
    opinion_freeze: ({ assignment }) => ({ document: openDocument(`avis ${find(assignment).case_ref}`, 3), sha256: SHA, size: 214_000, frozen_at: hours(0.05), version: 1 }),
    opinion_sign: ({ assignment }) => {
      if (!session.authentication_fresh) throw fail('authentication-too-old');
      return send(find(assignment));
    },
    submission_send: ({ assignment }) => {
      if (!cases.has(assignment)) throw fail('platform-unreachable');
      return send(find(assignment));
    },
    submission_view: ({ assignment }) => submissions.get(assignment) ?? send(find(assignment)),
    report_open: ({ assignment }) => openDocument(`avis ${cases.get(assignment)?.case_ref ?? ''}`, 3),
    access_list: () => {
      const line = (at: string, who: string, role: string, action: string, count: number | null = null, delivered = true): AccessRow => ({ at, who, role, action, count, device: role === 'expert' ? 'UROLOGIE-BUREAU-2' : null, offline: !delivered, delivered });
      return {
        whole: true,
        items: [
          line(hours(0.102), expert.name, 'expert', 'piece.opened', 1, false),
          line(hours(0.101), 'Plateforme', 'platform', 'report.received'),
          line(hours(0), expert.name, 'expert', 'documents.downloaded', 9),
          line(hours(-1), expert.name, 'expert', 'assignment.viewed', 3),
          line(hours(-47), 'Mme Inès Caron', 'platform', 'manifest.viewed'),
          line(hours(-48), expert.name, 'expert', 'assignment.accepted'),
        ],
      };
    },
  };

  return {
    screen: scene.includes('second') ? 'second' : 'first',
    async call(name, request) {
      await new Promise((done) => setTimeout(done, 30));
      return structuredClone(commands[name](request));
    },
    onTopic(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    pageUrl(handle, { page, turns }) {
      const shown = documents.get(handle);
      return fakePage(shown?.title ?? '', page, shown?.pages ?? 1, turns);
    },
    image: () => Promise.reject(new Error('no images here')),
    foundUrl(assignment, piece, request) {
      const found = find(assignment).pieces.find((row) => row.id === piece);
      return fakePage(found?.title ?? '', request.page, found?.pages ?? 1, 0, request);
    },
  };
}
