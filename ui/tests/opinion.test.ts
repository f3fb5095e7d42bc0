import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Bridge, CaseView, Commands, OpinionContent } from '../src/bridge/bridge';
import { makeFake } from '../src/bridge/fake';
import { Opinion } from '../src/features/opinion/opinion.svelte';
import { isBlank, schema, toDocument, words } from '../src/features/opinion/schema';

/** A bridge that counts what is written, and refuses while told to. */
async function desk() {
  const fake = makeFake('#in');
  const writes: { at: number; content: OpinionContent }[] = [];
  const control = { refuse: false };
  const bridge: Bridge = {
    ...fake,
    call(name, request) {
      if (name !== 'opinion_write') return fake.call(name, request);
      if (control.refuse) {
        return Promise.reject({ code: 'disk-full', parameters: { attempts_left: null, width: null, height: null, reason: null }, reference: 'R1' });
      }
      writes.push({ at: Date.now(), content: (request as Commands['opinion_write']['request']).content });
      return fake.call(name, request);
    },
  };
  const opening = fake.call('case_view', { assignment: 'a-418' });
  await vi.advanceTimersByTimeAsync(100);
  const view: CaseView = await opening;
  return { opinion: new Opinion(bridge, view), writes, control };
}

describe('the draft', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is written 400 ms after the last keystroke', async () => {
    const { opinion, writes } = await desk();
    opinion.setText('conclusion', words('Chirurgie'));
    await vi.advanceTimersByTimeAsync(390);
    expect(writes).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(writes).toHaveLength(1);
    expect(opinion.unsaved).toBe(false);
    expect(opinion.remaining).not.toContainEqual({ kind: 'conclusion' });
  });

  test('is written at most 1.5 s after the first unsaved keystroke, however fast the typing', async () => {
    const { opinion, writes } = await desk();
    const start = Date.now();
    for (let typed = 0; typed < 60; typed += 1) {
      opinion.setText('conclusion', words('x'.repeat(typed + 1)));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(writes.length).toBeGreaterThanOrEqual(3);
    let last = start;
    for (const write of writes) {
      expect(write.at - last).toBeLessThanOrEqual(2000);
      last = write.at;
    }
  });

  test('says that it could not be kept, tries again, and loses nothing', async () => {
    const { opinion, writes, control } = await desk();
    control.refuse = true;
    opinion.setText('conclusion', words('À garder'));
    await vi.advanceTimersByTimeAsync(600);
    expect(opinion.failure?.code).toBe('disk-full');
    expect(await opinion.flush()).toBe(false);
    control.refuse = false;
    await vi.advanceTimersByTimeAsync(3200);
    expect(opinion.failure).toBeNull();
    expect(writes.at(-1)?.content.conclusion).toEqual(words('À garder'));
  });

  test('what is typed while a write is under way is written too', async () => {
    const { opinion, writes } = await desk();
    opinion.setText('limits', words('a'));
    await vi.advanceTimersByTimeAsync(410);
    opinion.setText('limits', words('ab'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes.at(-1)?.content.limits).toEqual(words('ab'));
    expect(opinion.unsaved).toBe(false);
  });
});

describe('the closed schema', () => {
  test('keeps what the editor writes, citations included', () => {
    const text = {
      type: 'doc' as const,
      content: [
        { type: 'paragraph', content: [{ type: 'text', marks: [{ type: 'strong' }], text: 'grade 2' }, { type: 'citation', attrs: { piece: 'p', page: 2 } }] },
        { type: 'bullet_list', content: [{ type: 'list_item', content: [{ type: 'paragraph' }] }] },
      ],
    };
    expect(toDocument(text).toJSON()).toEqual(text);
  });

  test('holds exactly the nodes and marks of crates/platform-api/src/opinion.rs', () => {
    expect(Object.keys(schema.nodes).sort()).toEqual(['bullet_list', 'citation', 'doc', 'list_item', 'ordered_list', 'paragraph', 'text']);
    expect(Object.keys(schema.marks).sort()).toEqual(['em', 'strong']);
  });

  test('refuses everything else', () => {
    expect(() => toDocument({ type: 'doc', content: [{ type: 'image' }] })).toThrow();
    expect(() => toDocument({ type: 'doc', content: [{ type: 'text', text: 'bare' }] })).toThrow();
  });

  test('blank means no word and no citation', () => {
    expect(isBlank({ type: 'doc' })).toBe(true);
    expect(isBlank(words(' '))).toBe(true);
    expect(isBlank({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'citation', attrs: { piece: 'p', page: 1 } }] }] })).toBe(false);
  });
});
