import { asFailure, type Bridge, type Failure, type SessionView } from './bridge';
import { resource } from './resource.svelte';

/** A recent proof through Pro Santé Connect, in place of the password and the code (R20). */
export interface PscProof {
  /** Whether the platform offers it. */
  readonly offered: boolean;
  /** The browser is open, and nobody came back yet. */
  readonly waiting: boolean;
  readonly failure: Failure | null;
  confirm(): Promise<void>;
  giveUp(): void;
}

/** Must be called while a component is being set up: what is under way is given up when the component goes. */
export function pscProof(bridge: Bridge, onconfirmed: (session: SessionView) => void): PscProof {
  const ways = resource(bridge, 'sign_in_ways', {}, []);
  let waiting = $state(false);
  let failure = $state.raw<Failure | null>(null);
  const giveUp = () => void bridge.call('sign_in_give_up', {}).catch(() => undefined);

  $effect(() => () => {
    if (waiting) giveUp();
  });

  return {
    get offered() {
      return ways.value?.pro_sante_connect ?? false;
    },
    get waiting() {
      return waiting;
    },
    get failure() {
      return failure;
    },
    async confirm() {
      waiting = true;
      failure = null;
      try {
        onconfirmed(await bridge.call('psc_confirm', {}));
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
