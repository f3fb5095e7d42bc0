import { asFailure, type Bridge, type Commands, type Failure, type Topic } from './bridge';

/** A view that is read, kept and read again when its topic is announced. */
export interface Resource<T> {
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly loading: boolean;
  reload(): Promise<void>;
}

/** Must be called while a component is being set up: it stops listening when the component goes. */
export function resource<K extends keyof Commands>(
  bridge: Bridge,
  command: K,
  request: Commands[K]['request'],
  topics: Topic[] = [],
): Resource<Commands[K]['response']> {
  type View = Commands[K]['response'];
  let value = $state.raw<View | null>(null);
  let failure = $state.raw<Failure | null>(null);
  let loading = $state(true);
  let running = false;
  let again = false;

  async function reload() {
    // Topics come in bursts while a case is received: one read at a time, and one more for all that came meanwhile.
    if (running) {
      again = true;
      return;
    }
    running = true;
    loading = true;
    try {
      value = await bridge.call(command, request);
      failure = null;
    } catch (error) {
      failure = asFailure(error);
    }
    loading = false;
    running = false;
    if (again) {
      again = false;
      await reload();
    }
  }

  $effect(() => bridge.onTopic((topic) => void (topics.includes(topic) && reload())));
  void reload();

  return {
    get value() {
      return value;
    },
    get failure() {
      return failure;
    },
    get loading() {
      return loading;
    },
    reload,
  };
}
