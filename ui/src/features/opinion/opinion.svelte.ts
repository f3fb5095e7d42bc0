import type { EditorView } from 'prosemirror-view';
import { asFailure, type Bridge, type CaseView, type Failure, type FieldView, type OpinionContent, type RichText } from '../../bridge';
import { insertCitation, select, setText, showSource, type Source } from './editor';
import { isBlank, toDocument } from './schema';

/** A field that holds formatted text: a section, or the answer to a question. */
export type TextField =
  | 'summary' | 'analysis' | 'conclusion' | 'examinations' | 'limits' | 'acts' | 'participants' | 'incidents'
  | `answer/${string}`;

/** Where the cursor stands in a field, in ProseMirror's positions. */
export interface Cursor {
  field: TextField;
  anchor: number;
  head: number;
}

/** Written this long after the last keystroke... */
const QUIET_MS = 400;
/** ...and at the latest this long after the first one that is not kept yet. */
const LATEST_MS = 1500;
const RETRY_MS = 3000;

function cursorOf(field: TextField, view: EditorView): Cursor {
  const { anchor, head } = view.state.selection;
  return { field, anchor, head };
}

/** The opinion being written: its content, and its way to the vault. Rust is the truth; this is what is not kept yet. */
export class Opinion {
  content = $state.raw<OpinionContent>() as OpinionContent;
  remaining = $state.raw<FieldView[]>([]);
  savedAt = $state<string | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** Whether something is typed that the vault does not hold yet. */
  unsaved = $state(false);
  active = $state<TextField | null>(null);

  readonly #bridge: Bridge;
  readonly #assignment: string;
  readonly #editors = new Map<TextField, EditorView>();
  #last: EditorView | null = null;
  #source: Source | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firstUnsaved = 0;
  #writing: Promise<void> | null = null;
  #left: Cursor | null = null;
  #closed = false;

  constructor(bridge: Bridge, view: CaseView) {
    this.#bridge = bridge;
    this.#assignment = view.assignment;
    const answers = view.questions.map(
      (question) =>
        view.content.answers.find((answer) => answer.question === question.id) ?? {
          question: question.id,
          text: { type: 'doc' as const },
          cannot_be_answered: false,
        },
    );
    this.content = { ...view.content, answers };
    this.remaining = view.remaining;
    this.savedAt = view.saved_at;
  }

  text(field: TextField): RichText {
    if (!field.startsWith('answer/')) return this.content[field as 'summary'];
    return this.#answer(field.slice(7))?.text ?? { type: 'doc' };
  }

  setText(field: TextField, text: RichText) {
    if (field.startsWith('answer/')) {
      const question = field.slice(7);
      this.set({ answers: this.content.answers.map((answer) => (answer.question === question ? { ...answer, text } : answer)) });
    } else {
      this.set({ [field]: text });
    }
  }

  setUnanswerable(question: string, cannot_be_answered: boolean) {
    this.set({ answers: this.content.answers.map((answer) => (answer.question === question ? { ...answer, cannot_be_answered } : answer)) });
  }

  unanswerable(question: string): boolean {
    return this.#answer(question)?.cannot_be_answered ?? false;
  }

  answered(question: string): boolean {
    const answer = this.#answer(question);
    return answer !== undefined && (answer.cannot_be_answered || !isBlank(answer.text));
  }

  set(change: Partial<OpinionContent>) {
    this.content = { ...this.content, ...change };
    const now = Date.now();
    if (!this.unsaved) this.#firstUnsaved = now;
    this.unsaved = true;
    this.#schedule(Math.max(0, Math.min(QUIET_MS, this.#firstUnsaved + LATEST_MS - now)));
  }

  /** Resolves once everything typed is kept, or the attempt failed. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.unsaved) {
      await (this.#writing ?? this.#write());
      if (this.failure) return false;
    }
    return true;
  }

  /** Writes what is not kept yet, once. A closed opinion never writes again: another one may have taken its place. */
  async close() {
    this.#closed = true;
    await this.flush();
  }

  register(field: TextField, view: EditorView): () => void {
    this.#editors.set(field, view);
    showSource(view, this.#source);
    return () => {
      this.#editors.delete(field);
      if (this.#last === view) {
        this.#left = cursorOf(field, view);
        this.#last = null;
      }
      if (this.active === field) this.active = null;
    };
  }

  focused(field: TextField, view: EditorView) {
    this.active = field;
    this.#last = view;
  }

  /** The editor that was written in last. */
  get last(): EditorView | null {
    return this.#last;
  }

  /** Where the cursor stands, or stood when its editor went. */
  get cursor(): Cursor | null {
    for (const [field, view] of this.#editors) if (view === this.#last) return cursorOf(field, view);
    return this.#left;
  }

  /** Puts the cursor back where it stood. */
  restore(cursor: Cursor) {
    const view = this.#editors.get(cursor.field);
    if (view) select(view, cursor.anchor, cursor.head);
  }

  focus(field: TextField) {
    this.#editors.get(field)?.focus();
  }

  /** Writes ready-made words in a field, as if typed: they may be undone. */
  fill(field: TextField, text: RichText) {
    const view = this.#editors.get(field);
    if (view) setText(view, toDocument(text));
    else this.setText(field, text);
  }

  cite(source: Source) {
    const view = this.#last ?? this.#editors.get('analysis');
    if (view) insertCitation(view, source);
  }

  showSource(source: Source | null) {
    this.#source = source;
    for (const view of this.#editors.values()) showSource(view, source);
  }

  #answer(question: string) {
    return this.content.answers.find((answer) => answer.question === question);
  }

  #schedule(delay: number) {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void (this.#writing ?? this.#write()), delay);
  }

  #write(): Promise<void> {
    const written = this.content;
    this.#writing = this.#bridge
      .call('opinion_write', { assignment: this.#assignment, content: written })
      .then(
        (saved) => {
          this.savedAt = saved.saved_at;
          this.remaining = saved.remaining;
          this.failure = null;
          if (this.content === written) {
            this.unsaved = false;
          } else {
            this.#firstUnsaved = Date.now();
            this.#schedule(QUIET_MS);
          }
        },
        (error: unknown) => {
          this.failure = asFailure(error);
          this.#schedule(RETRY_MS);
        },
      )
      .finally(() => {
        this.#writing = null;
      });
    return this.#writing;
  }
}
