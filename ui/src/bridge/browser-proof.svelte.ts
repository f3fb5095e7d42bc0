import { asFailure, type Bridge, type Failure, type SessionView } from './bridge';
import type { BrowserWayRequest } from './generated';
import { resource } from './resource.svelte';

/** A recent proof in the system browser, in place of the password and the code (R20). */
export interface BrowserProof {
  /** What the platform offers. */
  readonly ways: BrowserWayRequest[];
  /** The browser is open, and nobody came back yet. */
  readonly waiting: boolean;
  readonly failure: Failure | null;
  confirm(way: BrowserWayRequest): Promise<void>;
  giveUp(): void;
}

/** Must be called while a component is being set up: what is under way is given up when the component goes. */
export function browserProof(bridge: Bridge, onconfirmed: (session: SessionView) => void): BrowserProof {
  const offered = resource(bridge, 'sign_in_ways', {}, []);
  const ways = $derived<BrowserWayRequest[]>([
    ...(offered.value?.pro_sante_connect ? (['pro_sante_connect'] as const) : []),
    ...(offered.value?.passkey ? (['passkey'] as const) : []),
  ]);
  let waiting = $state(false);
  let failure = $state.raw<Failure | null>(null);
  const giveUp = () => void bridge.call('sign_in_give_up', {}).catch(() => undefined);

  $effect(() => () => {
    if (waiting) giveUp();
  });

  return {
    get ways() {
      return ways;
    },
    get waiting() {
      return waiting;
    },
    get failure() {
      return failure;
    },
    async confirm(way) {
      waiting = true;
      failure = null;
      try {
        onconfirmed(await bridge.call('browser_confirm', { way }));
      } catch (error) {
        const told = asFailure(error);
        // Whoever gives up knows it.
        failure = told.code === 'sign-in-given-up' ? null : told;
      }
      waiting = false;
    },
    giveUp,
  };
}
